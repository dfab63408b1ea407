import { basename } from 'node:path';

const name = basename(import.meta.url).split('.')[0];

export default { apps: [{ name, script: 'index.mjs', node_args: ['--enable-source-maps'] }] };
