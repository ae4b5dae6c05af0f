// The built book, served as files: a search needs a server, and nothing outside may be asked.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const OUT = path.join(ROOT, 'book/out');

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Pages that mdBook makes and nobody wrote. */
const MADE = ['404.html', 'index.html', 'print.html', 'toc.html'];

/** Builds the book, so that it is never an old one that is looked at. */
export function build() {
  const { status } = spawnSync('bash', ['.ci/book'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('the book could not be built');
}

/** The pages, as paths below the book's address. */
export function pages() {
  const files = readdirSync(OUT, { recursive: true });
  return files.filter(file => file.endsWith('.html') && !MADE.includes(file)).sort();
}

/** Serves the book; the caller closes what it gets. */
export async function serve() {
  const server = createServer((request, response) => {
    const file = path.join(OUT, decodeURIComponent(new URL(request.url, 'http://a').pathname));
    if (!file.startsWith(OUT) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type }).end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
