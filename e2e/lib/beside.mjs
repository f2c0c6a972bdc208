// One page of somebody else on chatd's own origin.
import { once } from 'node:events';
import http from 'node:http';

/**
 * Serves chatd, and at one path a page of somebody else beside it.
 * @param {string} url of chatd @param {string} path @param {string} page
 * @returns {Promise<{proxy: http.Server, address: string}>}
 */
export async function beside(url, path, page) {
  const { hostname, port } = new URL(url);
  const proxy = http.createServer((request, response) => {
    if (request.url === path) {
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page);
      return;
    }
    const { method, headers, url: asked } = request;
    const onward = http.request({ hostname, port, method, headers, path: asked }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no address');
  return { proxy, address: `http://localhost:${address.port}` };
}
