// Holds the files of this repository against the rules, and lets docker-compose read them where it is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeProblems, dockerfileProblems, ignoreProblems } from './rules.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** @param {string} name */
const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');
const over = 'docs/examples/compose.secrets.yml';

/** @returns {{done: string[], problems: string[]}} what was checked, and what is wrong */
export function check() {
  const done = ['Dockerfile', '.dockerignore', 'docker-compose.yml'];
  const problems = [
    ...dockerfileProblems(read('Dockerfile')).map((p) => `Dockerfile: ${p}`),
    ...ignoreProblems(read('.dockerignore'), sources()).map((p) => `.dockerignore: ${p}`),
    ...composeProblems(read('docker-compose.yml')).map((p) => `docker-compose.yml: ${p}`),
  ];
  for (const program of [['docker-compose'], ['docker', 'compose']]) {
    const [file = '', ...words] = program;
    if (spawnSync(file, [...words, 'version']).status !== 0) continue;
    for (const files of [['docker-compose.yml'], ['docker-compose.yml', over]]) {
      const args = [...words, ...files.flatMap((f) => ['-f', f]), 'config'];
      const { status, stderr } = spawnSync(file, args, { cwd: root, encoding: 'utf8' });
      done.push(`${program.join(' ')} config reads ${files.join(' with ')}`);
      if (status !== 0) problems.push(`${program.join(' ')} config: ${stderr.trim()}`);
    }
  }
  return { done, problems };
}

/** The folders of the packages that chatd is built from. */
function sources() {
  const format = '{{with .Module}}{{if .Main}}{{$.Dir}}{{end}}{{end}}';
  const listed = execFileSync('go', ['list', '-deps', '-f', format, './cmd/chatd'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter(Boolean)
    .map((dir) => path.relative(root, dir));
}
