// nginx, Caddy, HAProxy and Apache with the configurations that docs/self-hosting.md shows.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';

/** The name that the page gives chatd. */
export const name = 'chat.example.org';

const doc = fs.readFileSync(new URL('../../docs/self-hosting.md', import.meta.url), 'utf8');

/** The only block of the page in a language. @param {string} language */
export function block(language) {
  const [found, ...more] = [...doc.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))];
  if (!found?.[1] || more.length) throw new Error(`docs/self-hosting.md has not one block of ${language}`);
  return found[1];
}

/**
 * A port of loopback that nobody listens on, and that nobody takes before it is listened on: it is none of those that the
 * system gives out, and no other test gets it.
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (let port = 20_000 + (process.pid % 10_000); ; port = port === 29_999 ? 20_000 : port + 1)
    if (reserved(port) && (await free(port))) return port;
}

/** The files that say which ports are this process's. @type {Set<string>} */
const marks = new Set();

/** Whether a port is this process's from now on, as long as it runs. @param {number} port */
function reserved(port) {
  const mark = path.join(os.tmpdir(), `chatd-port-${port}`);
  try {
    fs.closeSync(fs.openSync(mark, 'wx'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
  if (marks.size === 0) {
    process.once('exit', () => {
      for (const one of marks) fs.rmSync(one, { force: true });
    });
  }
  marks.add(mark);
  return true;
}

/** Whether nobody listens on a port. @param {number} port @returns {Promise<boolean>} */
async function free(port) {
  const server = net.createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

const isRoot = process.getuid?.() === 0;

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

/** What leads everything to chatd in the configurations of the page. @type {Record<string, RegExp>} */
const leading = {
  nginx: /^ {4}location \/ \{[^}]*\}\n/m,
  caddyfile: /^ {4}reverse_proxy .*\n/m,
  haproxy: /^ {4}default_backend .*\n/m,
  apache: /^ {4}ProxyPass .*\n/m,
};

/**
 * A configuration of the page, with other lines in the place of what leads everything to chatd.
 * @param {string} language @param {string} lines
 */
function shown(language, lines) {
  const whole = block(language);
  if (lines === '') return whole;
  const place = leading[language]?.exec(whole)?.[0];
  if (!place) throw new Error(`docs/self-hosting.md no longer leads everything to chatd in ${language}`);
  return whole.replace(place, () => lines);
}

/**
 * What the page shows for a chatd at /chat, and the same for others.
 * @param {string} language @param {Record<string, number>} [others] port by path
 */
export function below(language, others = {}) {
  const printed = block(`${language} path`);
  const more = Object.entries(others).map(([path, port]) =>
    changed(printed, [
      ['/chat', path],
      ['127.0.0.1:8080', `127.0.0.1:${port}`],
    ]),
  );
  return printed + more.join('');
}

/** A proxy that is a program of its own, on ports of its own. */
export class Front {
  /** @param {string} program */
  constructor(program) {
    // Debian keeps most of them where only root looks.
    const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
    const file = places.map((dir) => path.join(dir, program)).find((f) => fs.existsSync(f));
    if (!file) throw new Error(`${program} is missing; scripts/install-test-tools.sh installs it`);
    this.file = file;
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `chatd-${program}-`));
    this.https = 0;
    this.http = 0;
    /** The certificate that vouches for it. */
    this.root = '';
    /** What it has said on its outputs; some write files of their own. */
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
    while (!(await this.#serves())) {
      if (!this.#runs() || Date.now() > end) {
        const told = this.told();
        await this.stop();
        throw new Error(`${this.file} did not start:\n${told}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this;
  }

  /** Whether it takes connections; with HTTPS it must have its certificate, which Caddy makes after it has begun to listen. */
  #serves() {
    const host = '127.0.0.1';
    return this.https
      ? connects(
          tls.connect({ port: this.https, host, servername: name, rejectUnauthorized: false }),
          'secureConnect',
        )
      : connects(net.connect(this.http, host), 'connect');
  }

  /** What it has said, there and in files. */
  told() {
    const files = fs.readdirSync(this.folder).filter((file) => file.endsWith('.log'));
    return this.log + files.map((file) => fs.readFileSync(path.join(this.folder, file), 'utf8')).join('');
  }

  /** Whether its process has not ended, by itself or by a signal. */
  #runs() {
    return this.process?.exitCode === null && this.process.signalCode === null;
  }

  /** Ends it, by force if it takes more than 5 s, and removes what it wrote. */
  async stop() {
    if (this.process && this.#runs()) {
      const { process } = this;
      const exited = once(process, 'exit');
      process.kill('SIGTERM');
      const force = setTimeout(() => process.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(force);
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a socket is connected within 5 s. @param {net.Socket} socket @param {string} event when it is @returns {Promise<boolean>} */
async function connects(socket, event) {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A certificate for the name, and its key. @param {Front} proxy */
function certified(proxy) {
  const certificate = path.join(proxy.folder, 'certificate.pem');
  const key = path.join(proxy.folder, 'key.pem');
  const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' ');
  const whose = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  execFileSync('openssl', [...kind, ...whose, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  proxy.root = certificate;
  return { certificate, key };
}

/** @param {string} program @returns {Promise<Front>} */
async function front(program) {
  const proxy = new Front(program);
  proxy.https = await freePort();
  proxy.http = await freePort();
  return proxy;
}

/**
 * nginx as the page shows it, with the settings of Debian around it, and more settings of the location.
 * @param {number} upstream @param {string} [more] @param {string} [lines] in the place of the location
 */
export async function nginx(upstream, more = '', lines = '') {
  const proxy = await front('nginx');
  const { certificate, key } = certified(proxy);
  const servers = changed(shown('nginx', lines), [
    ['/etc/letsencrypt/live/chat.example.org/fullchain.pem', certificate],
    ['/etc/letsencrypt/live/chat.example.org/privkey.pem', key],
    ['listen 443 ', `listen 127.0.0.1:${proxy.https} `],
    ['    listen [::]:443 ssl http2;\n', ''],
    ['listen 80;', `listen 127.0.0.1:${proxy.http};`],
    ['    listen [::]:80;\n', ''],
    ['proxy_pass http://127.0.0.1:8080;', `proxy_pass http://127.0.0.1:${upstream};\n${more}`],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = path.join(proxy.folder, 'nginx.conf');
  fs.writeFileSync(
    configuration,
    `${isRoot ? 'user root;\n' : ''}worker_processes 1;
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

/** Caddy as the page shows it, with certificates of its own authority. @param {number} upstream @param {string} [lines] */
export const caddy = (upstream, lines = '') => caddyWith(shown('caddyfile', lines), upstream);

/** Caddy with sites that lead to chatd. @param {string} printed as a page shows them @param {number} upstream */
export async function caddyWith(printed, upstream) {
  const proxy = await front('caddy');
  const site = changed(printed, [['127.0.0.1:8080', `127.0.0.1:${upstream}`]]);
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

/** HAProxy as the page shows it, after the defaults of Debian. @param {number} upstream @param {string} [lines] */
export async function haproxy(upstream, lines = '') {
  const proxy = await front('haproxy');
  const { certificate, key } = certified(proxy);
  const pem = path.join(proxy.folder, 'chat.example.org.pem');
  fs.writeFileSync(pem, fs.readFileSync(certificate, 'utf8') + fs.readFileSync(key, 'utf8'));
  const site = changed(shown('haproxy', lines), [
    ['bind :::443 v4v6 ', `bind 127.0.0.1:${proxy.https} `],
    ['bind :::80 v4v6', `bind 127.0.0.1:${proxy.http}`],
    ['/etc/haproxy/chat.example.org.pem', pem],
    ['127.0.0.1:8080', `127.0.0.1:${upstream}`],
  ]);
  const configuration = path.join(proxy.folder, 'haproxy.cfg');
  fs.writeFileSync(
    configuration,
    `defaults
    mode http
    option dontlognull
    timeout connect 5000
    timeout client 50000
    timeout server 50000

${site}`,
  );
  return proxy.run(['-db', '-f', configuration]);
}

const apacheModules = ['mpm_event', 'authz_core', 'filter', 'deflate', 'mime', 'alias', 'reqtimeout'].concat(
  ['socache_shmcb', 'ssl', 'http2', 'proxy', 'proxy_http'], // what the page enables
);

/** Apache as the page shows it, with the settings of Debian around it. @param {number} upstream @param {string} [lines] */
export async function apache(upstream, lines = '') {
  const proxy = await front('apache2');
  const { certificate, key } = certified(proxy);
  const sites = changed(shown('apache', lines), [
    ['/etc/letsencrypt/live/chat.example.org/fullchain.pem', certificate],
    ['/etc/letsencrypt/live/chat.example.org/privkey.pem', key],
    ['*:443', `127.0.0.1:${proxy.https}`],
    ['*:80', `127.0.0.1:${proxy.http}`],
    ['http://127.0.0.1:8080/', `http://127.0.0.1:${upstream}/`],
  ]);
  const modules = '/usr/lib/apache2/modules';
  const configuration = path.join(proxy.folder, 'apache2.conf');
  fs.writeFileSync(
    configuration,
    `ServerRoot ${proxy.folder}
ServerName ${name}
DefaultRuntimeDir ${proxy.folder}
PidFile ${proxy.folder}/pid
ErrorLog ${proxy.folder}/error.log
Timeout 300
KeepAlive On
MaxKeepAliveRequests 100
KeepAliveTimeout 5
${isRoot ? `User nobody\nGroup ${group('nobody')}\n` : ''}Listen 127.0.0.1:${proxy.https}
Listen 127.0.0.1:${proxy.http}
${apacheModules.map((m) => `LoadModule ${m}_module ${modules}/mod_${m}.so`).join('\n')}
TypesConfig /etc/mime.types
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
AddOutputFilterByType DEFLATE text/html text/plain text/css text/javascript application/javascript
${sites}`,
  );
  return proxy.run(['-DFOREGROUND', '-d', proxy.folder, '-f', configuration]);
}

/** The group of a user. @param {string} user */
const group = (user) => execFileSync('id', ['-gn', user], { encoding: 'utf8' }).trim();
