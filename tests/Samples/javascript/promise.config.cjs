const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

module.exports = async () => {
  await sleep(5);
  console.log('this goes nowhere near the answer');
  return { apps: [{ name: 'later', script: 'later.js' }] };
};
