export const apps = [{ name: 'named', script: 'named.mjs' }];
