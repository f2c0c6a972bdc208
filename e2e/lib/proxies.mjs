// nginx and Caddy with the configurations that docs/self-hosting.md shows.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const doc = fs.readFileSync(new URL('../../docs/self-hosting.md', import.meta.url), 'utf8');

/** The only block of the page in a language. @param {string} language */
export function block(language) {
  const [found, ...more] = [...doc.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))];
  if (!found?.[1] || more.length) throw new Error(`docs/self-hosting.md has not one block of ${language}`);
  return found[1];
}

/** A port of loopback that nobody listens on. @returns {Promise<number>} */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/**
 * Replaces what cannot be the same on a machine that runs tests. Each of it must be there.
 * @param {string} text @param {[string, string][]} changes
 */
function changed(text, changes) {
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`docs/self-hosting.md no longer has ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** A reverse proxy in front of a chatd, on ports of its own. */
export class Front {
  /** @param {string} program */
  constructor(program) {
    // Debian keeps nginx where only root looks.
    const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
    const file = places.map((dir) => path.join(dir, program)).find((f) => fs.existsSync(f));
    if (!file) throw new Error(`${program} is missing; scripts/install-test-tools.sh installs it`);
    this.file = file;
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `chatd-${program}-`));
    this.https = 0;
    this.http = 0;
    /** The certificate that vouches for it. */
    this.root = '';
    this.log = '';
    /** @type {import('node:child_process').ChildProcess | undefined} */
    this.process = undefined;
  }

  /** @param {string[]} args @param {Record<string, string>} [env] */
  async run(args, env = {}) {
    const child = spawn(this.file, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        this.log += chunk;
      });
    }
    this.process = child;
    const end = Date.now() + 30_000;
    while (!(await listens(this.https))) {
      if (child.exitCode !== null || Date.now() > end)
        throw new Error(`${this.file} did not start:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this;
  }

  async stop() {
    if (this.process && this.process.exitCode === null) {
      const exited = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await exited;
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function listens(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** nginx as the page shows it, with the settings of Debian around it. @param {number} upstream */
export async function nginx(upstream) {
  const proxy = new Front('nginx');
  proxy.https = await freePort();
  proxy.http = await freePort();
  const certificate = path.join(proxy.folder, 'certificate.pem');
  const key = path.join(proxy.folder, 'key.pem');
  const name = 'chat.example.org';
  execFileSync(
    'openssl',
    [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' '),
      ...[
        '-subj',
        `/CN=${name}`,
        '-addext',
        `subjectAltName=DNS:${name}`,
        '-keyout',
        key,
        '-out',
        certificate,
      ],
    ],
    { stdio: 'pipe' },
  );
  proxy.root = certificate;
  const servers = changed(block('nginx'), [
    ['/etc/letsencrypt/live/chat.example.org/fullchain.pem', certificate],
    ['/etc/letsencrypt/live/chat.example.org/privkey.pem', key],
    ['listen 443 ', `listen 127.0.0.1:${proxy.https} `],
    ['    listen [::]:443 ssl http2;\n', ''],
    ['listen 80;', `listen 127.0.0.1:${proxy.http};`],
    ['    listen [::]:80;\n', ''],
    ['http://127.0.0.1:8080', `http://127.0.0.1:${upstream}`],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = path.join(proxy.folder, 'nginx.conf');
  fs.writeFileSync(
    configuration,
    `${process.getuid?.() === 0 ? 'user root;\n' : ''}worker_processes 1;
daemon off;
pid ${proxy.folder}/pid;
error_log stderr;
events { worker_connections 768; }
http {
  access_log off;
  gzip on;
  sendfile on;
  tcp_nopush on;
${temporary.map((t) => `  ${t}_temp_path ${proxy.folder}/${t};`).join('\n')}
${servers}}
`,
  );
  return proxy.run(['-p', proxy.folder, '-c', configuration, '-e', 'stderr']);
}

/** Caddy as the page shows it, with certificates of its own authority. @param {number} upstream */
export async function caddy(upstream) {
  const proxy = new Front('caddy');
  proxy.https = await freePort();
  proxy.http = await freePort();
  const site = changed(block('caddyfile'), [['127.0.0.1:8080', `127.0.0.1:${upstream}`]]);
  const configuration = path.join(proxy.folder, 'Caddyfile');
  fs.writeFileSync(
    configuration,
    `{
  admin off
  local_certs
  skip_install_trust
  grace_period 1s
  default_bind 127.0.0.1
  http_port ${proxy.http}
  https_port ${proxy.https}
  storage file_system ${proxy.folder}
}
${site}`,
  );
  proxy.root = path.join(proxy.folder, 'pki/authorities/local/root.crt');
  return proxy.run(['run', '--config', configuration, '--adapter', 'caddyfile'], {
    XDG_CONFIG_HOME: proxy.folder,
  });
}
