// docker-compose.yml as a self-hoster runs it: one project with its own volumes.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const program = (process.env.COMPOSE ?? 'docker-compose').split(' ');

/** Runs docker. @param {string[]} args @returns {Promise<string>} what it prints */
export async function docker(...args) {
  return (await execute('docker', args)).stdout.trim();
}

/** One project: docker-compose.yml and what lies over it. */
export class Compose {
  /** @param {string} name @param {{files?: string[], env?: Record<string, string>}} [options] */
  constructor(name, options = {}) {
    this.words = [
      ...program,
      '-p',
      name,
      ...['docker-compose.yml', ...(options.files ?? [])].flatMap((f) => ['-f', f]),
    ];
    this.env = { ...process.env, ...options.env };
  }

  /** Runs docker-compose. @param {string[]} args @returns {Promise<string>} what it prints */
  async run(...args) {
    const [file, ...words] = this.words;
    const { stdout } = await execute(file ?? '', [...words, ...args], { env: this.env, maxBuffer: 1 << 28 });
    return stdout;
  }

  /**
   * Runs docker-compose with bytes going in, and returns the bytes that come out.
   * @param {Buffer | undefined} input @param {string[]} args @returns {Promise<Buffer>}
   */
  pipe(input, ...args) {
    const [file, ...words] = this.words;
    const child = spawn(file ?? '', [...words, ...args], { env: this.env, stdio: ['pipe', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const out = [];
    let errors = '';
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) =>
        code === 0 ? resolve(Buffer.concat(out)) : reject(new Error(`${args.join(' ')}: ${code}\n${errors}`)),
      );
    });
  }

  /** Starts everything and waits until chatd's health check says so. */
  async up() {
    await this.run('up', '-d');
    await this.healthy('chatd');
  }

  /** @param {string} service */
  async container(service) {
    return (await this.run('ps', '-q', service)).trim();
  }

  /** What Docker knows about the container of a service. @param {string} service */
  async inspect(service) {
    return JSON.parse(await docker('inspect', await this.container(service)))[0];
  }

  /** Waits until a service is healthy. @param {string} service */
  async healthy(service, patience = 120_000) {
    const end = Date.now() + patience;
    let state;
    while (Date.now() < end) {
      state = (await this.inspect(service)).State;
      if (state.Health?.Status === 'healthy') return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const logs = await this.run('logs', '--no-color');
    throw new Error(`${service} did not become healthy: ${JSON.stringify(state)}\n${logs}`);
  }

  /** The code for the first visit, as the logs show it. */
  async setupCode() {
    return /set-up code is (\S+)/.exec(await this.run('logs', '--no-color', 'chatd'))?.[1] ?? '';
  }
}
