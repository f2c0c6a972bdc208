// The files of the containers. Whether they work is tried by make e2e-container, which needs root and Docker.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { check } from './container/files.mjs';
import { composeProblems, dockerfileProblems, ignoreProblems } from './container/rules.mjs';

/** @param {string} name */
const read = (name) => fs.readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

test('the files that make and run the containers hold the rules', () => {
  assert.deepEqual(check().problems, []);
});

test('the rules find what is wrong with a Dockerfile', () => {
  const good = read('Dockerfile');
  /** @type {[string, string | RegExp, string, RegExp][]} */
  const changes = [
    ['a base without a version', 'golang:1.26', 'golang', /has no version/],
    ['the latest of everything', 'golang:1.26', 'golang:latest', /has no version/],
    ['root', /^USER.*$/m, '', /runs as root/],
    ['root by number', /^USER.*$/m, 'USER 0:0', /runs as 0/],
    ['a download', /^COPY \. \.$/m, 'ADD https://example.org/x .', /ADD/],
    ['no health check', /^HEALTHCHECK.*$/m, '', /HEALTHCHECK/],
    ['a shell around the program', /^ENTRYPOINT.*$/m, 'ENTRYPOINT /chatd', /shell/],
    ['a stage that is not there', '--from=build', '--from=builder', /no such stage/],
    ['a secret', /^ENV.*$/m, 'ENV DATABASE_PASSWORD=x', /secret/],
    ['a program that needs a C library', 'CGO_ENABLED=0', '', /static/],
  ];
  for (const [name, from, to, wanted] of changes) {
    assert.match(
      dockerfileProblems(good.replaceAll(from instanceof RegExp ? new RegExp(from, 'gm') : from, to)).join(),
      wanted,
      name,
    );
  }
});

test('the rules find what is wrong with a compose file', () => {
  const good = read('docker-compose.yml');
  /** @type {[string, string, string, RegExp][]} */
  const changes = [
    [
      'a known password',
      'POSTGRES_PASSWORD_FILE: /run/password/database',
      'POSTGRES_PASSWORD: chatd',
      /password/,
    ],
    ['a way out for the database', 'internal: true', 'internal: false', /outside/],
    [
      'a port of the database',
      '    image: postgres:17\n',
      '    image: postgres:17\n    ports:\n      - "5432:5432"\n',
      /port/,
    ],
    ['a database as root', 'user: postgres', 'user: root', /root/],
    ['capabilities', 'cap_drop: [ALL]', 'cap_add: [SYS_ADMIN]', /capabilities/],
    ['a folder of the host', '- database:/var', '- ./database:/var', /folder of the host/],
    ['no order', 'condition: service_healthy', 'condition: service_started', /wait/],
  ];
  for (const [name, from, to, wanted] of changes) {
    assert.match(composeProblems(good.replaceAll(from, to)).join(), wanted, name);
  }
});

test('the rules find sources that the build would miss', () => {
  const good = read('.dockerignore');
  assert.match(ignoreProblems(good, ['search']).join(), /needs search/);
  assert.match(ignoreProblems('.git\n', []).join(), /first line/);
  assert.match(ignoreProblems(`${good}!.git\n`, []).join(), /\.git/);
});
