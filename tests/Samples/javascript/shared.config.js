const common = { cwd: __dirname.split('/').pop(), kill_timeout: 5 * 1000, env: { TZ: 'UTC' } };
const names = ['mail', 'push', 'sms'];

module.exports = {
  apps: names.map((name, index) => ({ ...common, name, script: `dist/${name}.js`, env: { ...common.env, PORT: 3000 + index } })),
};
