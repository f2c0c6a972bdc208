// What a program says to the network, as the kernel sees it (strace).
import { spawnSync } from 'node:child_process';

/** Why this machine cannot trace programs, or nothing. @returns {string} */
export function untraceable() {
  if (process.platform !== 'linux') return 'strace is there on Linux only';
  const { error, status, stderr } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], {
    encoding: 'utf8',
  });
  // Without the program the test must fail: scripts/install-test-tools.sh installs it.
  if (error) throw new Error('strace is missing; scripts/install-test-tools.sh installs it');
  return status === 0 ? '' : `this machine lets nobody trace programs: ${stderr.trim()}`;
}

/**
 * The words before a command that make it and everything it starts write down where they connect and send to. The
 * command keeps its process number, so that signals reach it.
 * @param {string} file
 */
export const traced = (file) => [
  'strace',
  '-D',
  '-f',
  '--seccomp-bpf',
  '-qq',
  '-e',
  'trace=connect,sendto,sendmsg,sendmmsg',
  '-e',
  'signal=none',
  '-s',
  '64',
  '-o',
  file,
];

/**
 * The calls of a trace that leave the machine: to any address but loopback, and to any resolver of names, which asks
 * others wherever it is. Sockets of Unix and of the kernel stay inside.
 * @param {string} trace @returns {string[]}
 */
export function departures(trace) {
  return trace.split('\n').filter((line) => {
    const call = /\b(connect|sendto|sendmsg|sendmmsg)\(/.test(line);
    const family = /sa_family=AF_(\w+)/.exec(line)?.[1];
    // Without an address it goes where an earlier connect has led.
    if (!call || !family || ['UNIX', 'LOCAL', 'NETLINK', 'UNSPEC'].includes(family)) return false;
    const port = /sin6?_port=htons\((\d+)\)/.exec(line)?.[1];
    const address =
      /inet_addr\("([^"]+)"\)/.exec(line)?.[1] ?? /inet_pton\(AF_INET6, "([^"]+)"/.exec(line)?.[1] ?? '';
    return port === '53' || !/^(127\.|::1$|::ffff:127\.)/.test(address);
  });
}
