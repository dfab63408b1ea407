module.exports = () => ({ apps: [{ name: 'made', script: 'made.js', args: ['--level', process.env.SAMPLE_LEVEL || 'info'] }] });
