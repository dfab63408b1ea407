export default (request, response) => {
  const pid = String(process.pid);
  response.setHeader('Content-Length', pid.length);
  response.end(pid);
};
