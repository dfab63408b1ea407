module.exports = {
  apps: [{
    name: 'odd',
    script: 'odd.js',
    args: undefined,
    port: Number('3000'),
    env: { LIST: [1, 2], OBJECT: { a: 1 }, NOTHING: undefined, WHEN: new Date(0) },
    max_restarts: 2 ** 4,
  }],
};
