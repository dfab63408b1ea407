// The smallest app of Next.js: what the load client asks for is answered by pages/api/pid.js.
module.exports = { rewrites: async () => [{ source: '/', destination: '/api/pid' }] };
