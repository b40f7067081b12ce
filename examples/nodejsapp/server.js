const http = require('http'), ms = require('ms');
http.createServer((request, response) => response.end(`Hello from ${process.version}, two days are ${ms('2 days')} ms\n`)).listen(process.env.PORT);
