// What stands between a browser and chatd, one after the other.
import assert from 'node:assert/strict';
import { Hop } from '../lib/hop.mjs';
import { apache, caddy, haproxy, name, nginx } from '../lib/proxies.mjs';
import { Cutter } from './cutter.mjs';
import { guarded } from './door.mjs';
import { OldHop } from './old-hop.mjs';
import { requests, squid } from './squid.mjs';

/** The name of chatd where no proxy gives it HTTPS. */
export const plainName = 'chat.lan';

/**
 * A way to chatd. `begin` starts the trouble, if there is any, and what it returns tells at the end of the conversation
 * what the way did to it; the conversation goes on until that is `enough`.
 * @typedef {{url: string, proxy?: string, begin: () => () => string, enough?: () => boolean, told?: () => string,
 *   stop: () => unknown}} Passage
 */

/**
 * `secure`: it gives chatd HTTPS. `protocol`: what the browser must have spoken. `holds`: it keeps streams back.
 * `unsteady`: the page may well give streams up. `halves`: it may let half of a response's head through.
 * @typedef {{title: string, secure?: boolean, protocol: string, holds?: boolean, unsteady?: boolean,
 *   halves?: boolean, open: (chatd: string) => Promise<Passage>}} Intermediary
 */

const nothing = () => () => '';

/** @typedef {import('../lib/proxies.mjs').Front} Front */

/** @param {string} title @param {(port: number) => Promise<Front>} start @param {boolean} [holds] @returns {Intermediary} */
const reverse = (title, start, holds = false) => ({
  title,
  secure: true,
  protocol: 'h2',
  holds,
  async open(chatd) {
    const proxy = await start(Number(new URL(chatd).port));
    try {
      await guarded(proxy);
    } catch (error) {
      await proxy.stop();
      throw error;
    }
    return {
      url: `https://${name}:${proxy.https}`,
      begin: nothing,
      told: () => proxy.told(),
      stop: () => proxy.stop(),
    };
  },
});

/** Everything that makes nginx hold a stream back. */
const buffering = `
        proxy_buffering on;
        proxy_ignore_headers X-Accel-Buffering;
        proxy_buffer_size 64k;
        proxy_buffers 8 256k;
        proxy_busy_buffers_size 512k;
        gzip on;
        gzip_types *;
`;

/** @param {number} port */
const local = (port) => `http://${plainName}:${port}`;

/** @param {string} title @param {import('./cutter.mjs').Limits} limits @returns {Intermediary} */
const cutting = (title, limits) => ({
  title,
  protocol: 'http/1.1',
  unsteady: true,
  halves: limits.bytes !== undefined,
  async open(chatd) {
    const cutter = new Cutter(chatd, limits);
    return {
      url: local(await cutter.start()),
      begin() {
        cutter.arm();
        return () => `${cutter.cuts} cuts`;
      },
      enough: () => cutter.cuts >= 3,
      stop: () => cutter.stop(),
    };
  },
});

/** @type {Intermediary[]} */
export const intermediaries = [
  {
    title: 'direct',
    protocol: 'http/1.1',
    open: async (chatd) => ({
      url: local(Number(new URL(chatd).port)),
      begin: nothing,
      stop: () => {},
    }),
  },
  reverse('nginx', nginx),
  reverse('nginx, buffering', (port) => nginx(port, buffering), true),
  reverse('HAProxy', haproxy),
  reverse('Apache', apache),
  reverse('Caddy', caddy),
  {
    title: 'Squid',
    protocol: 'http/1.1',
    async open(chatd) {
      const proxy = await squid(plainName);
      const { port } = new URL(chatd);
      return {
        url: local(Number(port)),
        proxy: `127.0.0.1:${proxy.http}`,
        begin: () => () => {
          const passed = requests(proxy).filter((line) =>
            line.includes(` POST http://${plainName}:${port}/api/`),
          );
          assert.ok(passed.length > 0, 'Squid has seen no request of the page');
          return 'by proxy';
        },
        told: () => proxy.told(),
        stop: () => proxy.stop(),
      };
    },
  },
  {
    title: 'HTTP/1.0',
    protocol: 'http/1.0',
    async open(chatd) {
      const hop = new OldHop(chatd);
      return {
        url: local(await hop.start()),
        begin: () => () => {
          assert.deepEqual(hop.strange, []);
          return '';
        },
        stop: () => hop.stop(),
      };
    },
  },
  cutting('cut after 6 KiB', { bytes: 6 * 1024 }),
  cutting('cut after 2 s', { life: 2_000 }),
  {
    title: 'delay, reorder',
    protocol: 'http/1.1',
    async open(chatd) {
      const hop = new Hop(chatd, { delay: 150 });
      return {
        url: local(await hop.start()),
        begin() {
          hop.overtakers = 0;
          return () => {
            assert.ok(hop.overtakers > 0, 'no request overtook another');
            return `${hop.overtakers} overtook`;
          };
        },
        stop: () => hop.stop(),
      };
    },
  },
];
