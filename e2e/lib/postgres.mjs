// The private PostgreSQL of a chatd, seen by another client.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';

/** Its port and the folder of its socket. @param {import('./server.mjs').Server} server */
function place(server) {
  const [, , , port = '', folder = ''] = fs
    .readFileSync(path.join(server.data, 'postgres', 'postmaster.pid'), 'utf8')
    .split('\n');
  return { port, folder };
}

/** Where another chatd finds it. @param {import('./server.mjs').Server} server */
export function address(server) {
  const { port, folder } = place(server);
  return `postgres://chatd@/chatd?${new URLSearchParams({ host: folder, port })}`;
}

/** How psql reaches it: the program and its words. @param {import('./server.mjs').Server} server @returns {[string, string[]]} */
function psql(server) {
  const { port, folder } = place(server);
  const words = ['-h', folder, '-p', port, '-U', 'chatd', '-d', 'chatd', '-X', '-q', '-A', '-t'];
  return [path.join(process.env.CHATD_PG_BIN ?? '', 'psql'), words];
}

/** The rows of a query. @param {import('./server.mjs').Server} server @param {string} query @returns {Promise<any[]>} */
export async function rows(server, query) {
  const [program, words] = psql(server);
  const list = `select coalesce(json_agg(row_to_json(found)), '[]') from (${query}) found`;
  const { stdout } = await promisify(execFile)(program, [...words, '-c', list]);
  return JSON.parse(stdout);
}

/** Runs statements, for what a workspace would take months to have. @param {import('./server.mjs').Server} server @param {string} statements */
export async function run(server, statements) {
  const [program, words] = psql(server);
  await promisify(execFile)(program, [...words, '-v', 'ON_ERROR_STOP=1', '-c', statements]);
}

/**
 * The messages of a room as they are stored.
 * @param {import('./server.mjs').Server} server @param {number} room
 * @returns {Promise<{number: number, author: string, text: string}[]>}
 */
export function stored(server, room) {
  return rows(
    server,
    `select number, username as author, body as text from messages join users on users.id = author_id
     where room_id = ${Number(room)} order by number`,
  );
}

/**
 * Takes a table away from everybody else until it is released: whatever needs it keeps its connection and waits.
 * @param {import('./server.mjs').Server} server @param {string} table
 */
export async function lock(server, table) {
  const [program, words] = psql(server);
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
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
