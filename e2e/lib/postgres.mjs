// The private PostgreSQL of a chatd, seen by another client.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

/**
 * Takes a table away from everybody else until it is released: whatever needs it keeps its connection and waits.
 * @param {import('./server.mjs').Server} server @param {string} table
 */
export async function lock(server, table) {
  const [, , , port = '', folder = ''] = fs
    .readFileSync(path.join(server.data, 'postgres', 'postmaster.pid'), 'utf8')
    .split('\n');
  const psql = path.join(process.env.CHATD_PG_BIN ?? '', 'psql');
  const child = spawn(
    psql,
    ['-h', folder, '-p', port, '-U', 'chatd', '-d', 'chatd', '-X', '-q', '-A', '-t'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  child.stdin.write(`begin; lock table ${table} in access exclusive mode; select 'locked';\n`);
  await Promise.race([
    once(readline.createInterface({ input: child.stdout }), 'line'),
    ended.then(() => Promise.reject(new Error(`psql did not lock ${table}`))),
  ]);
  return {
    async release() {
      child.stdin.end('rollback;\n');
      await ended;
    },
  };
}
