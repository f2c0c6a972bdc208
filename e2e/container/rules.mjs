// What must hold for the files that make and run the containers, whether or not a Docker daemon is there to try them.

/** Joins lines that end in a backslash, and drops comments. @param {string} text @returns {string[]} */
function instructions(text) {
  return text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** What is wrong with a Dockerfile. @param {string} text @returns {string[]} */
export function dockerfileProblems(text) {
  /** @type {string[]} */
  const problems = [];
  const lines = instructions(text);
  /** @type {Set<string>} */
  const stages = new Set();
  const last = lines.slice(lines.findLastIndex((l) => l.startsWith('FROM ')));
  for (const line of lines) {
    const [word = '', ...rest] = line.split(/\s+/);
    if (word === 'FROM') {
      const [image = '', , stage] = rest;
      const named =
        image === 'scratch' || stages.has(image) || /(@sha256:[0-9a-f]{64}|:(?!latest$)[\w.-]+)$/.test(image);
      if (!named) problems.push(`${image} has no version`);
      if (stage) stages.add(stage);
    }
    const from = /^COPY\s.*--from=(\S+)/.exec(line)?.[1];
    if (from && !stages.has(from)) problems.push(`COPY --from=${from}: there is no such stage`);
    if (word === 'ADD') problems.push('ADD unpacks and downloads; COPY does not');
    if (word === 'RUN' && /\b(curl|wget|sudo)\b/.test(line))
      problems.push(`RUN fetches or elevates: ${line}`);
    if (/^(ENV|ARG)\s.*(PASSWORD|SECRET|TOKEN)/i.test(line))
      problems.push(`a secret would stay in the image: ${line}`);
    if (/^(CMD|ENTRYPOINT)\s+[^[]/.test(line)) problems.push(`${word} runs through a shell: ${line}`);
  }
  const user = last.findLast((l) => l.startsWith('USER '))?.slice(5) ?? 'root';
  if (!/^[1-9]\d*(:[1-9]\d*)?$/.test(user))
    problems.push(`the image runs as ${user}; a number other than 0 is needed`);
  if (!last.some((l) => /^HEALTHCHECK .*CMD \[/.test(l)))
    problems.push('there is no HEALTHCHECK that runs without a shell');
  if (!last.some((l) => l.startsWith('ENTRYPOINT '))) problems.push('there is no ENTRYPOINT');
  if (!last.some((l) => l.startsWith('LABEL '))) problems.push('there is no LABEL');
  if (!lines.some((l) => l.includes('CGO_ENABLED=0') && l.includes('-trimpath'))) {
    problems.push('the program is not built static and reproducible (CGO_ENABLED=0, -trimpath)');
  }
  return problems;
}

/**
 * What of the sources the build would miss, or get although it must not.
 * @param {string} text .dockerignore @param {string[]} needed folders of the sources
 * @returns {string[]}
 */
export function ignoreProblems(text, needed) {
  const lines = instructions(text);
  const allowed = lines.filter((l) => l.startsWith('!')).map((l) => l.slice(1));
  const problems = lines[0] === '*' ? [] : ['the first line must be *, so that nothing comes in unasked'];
  for (const folder of needed) {
    if (!allowed.some((a) => folder === a || folder.startsWith(`${a}/`)))
      problems.push(`the build needs ${folder}`);
  }
  for (const never of ['.git', 'build', 'bin', 'e2e', 'data', '.env', 'secrets']) {
    if (allowed.includes(never)) problems.push(`${never} does not belong into the context`);
  }
  return problems;
}

/** The services of a compose file by name, as text. @param {string} text @returns {Map<string, string>} */
function services(text) {
  /** @type {Map<string, string>} */
  const found = new Map();
  let section = '';
  let name = '';
  for (const line of text.split('\n')) {
    if (/^\s*#/.test(line)) continue;
    const top = /^(\S+):/.exec(line)?.[1];
    if (top) section = top;
    const service = section === 'services' ? /^ {2}([\w-]+):\s*$/.exec(line)?.[1] : undefined;
    if (service) name = service;
    if (section === 'services' && name && !top && !service)
      found.set(name, `${found.get(name) ?? ''}${line}\n`);
  }
  return found;
}

/** What is wrong with docker-compose.yml. @param {string} text @returns {string[]} */
export function composeProblems(text) {
  /** @type {string[]} */
  const problems = [];
  const all = services(text);
  for (const name of ['chatd', 'database']) if (!all.has(name)) problems.push(`there is no service ${name}`);
  for (const [name, body] of all) {
    /** @param {RegExp} rule @param {string} otherwise */
    const must = (rule, otherwise) => rule.test(body) || problems.push(`${name}: ${otherwise}`);
    /** @param {RegExp} rule @param {string} otherwise */
    const mustNot = (rule, otherwise) => rule.test(body) && problems.push(`${name}: ${otherwise}`);
    must(/^ {4}restart:/m, 'nothing is said of restart');
    must(/^ {4}read_only: true/m, 'its image can be written to');
    must(/^ {4}cap_drop:\s*(\[ALL\]|\n\s+- ALL)/m, 'it keeps capabilities');
    must(/no-new-privileges:true/, 'it may gain privileges');
    must(/^ {4}(image: \S+:(?!latest)\S+|build:)/m, 'its image has no version');
    mustNot(/privileged: true|docker\.sock|network_mode: host|pid: host/, 'it is not confined');
    mustNot(/^ {6}- ["']?[./~][^\n]*:/m, 'it needs a folder of the host');
    mustNot(
      /(POSTGRES_|CHATD_DATABASE_)PASSWORD: *["']?[\w$]/,
      'its password stands in the file or in docker inspect',
    );
    if (name !== 'chatd') mustNot(/^ {4}ports:/m, 'it has a port on the host');
  }
  const database = all.get('database') ?? '';
  if (!/^ {4}healthcheck:/m.test(database)) problems.push('database: there is no health check');
  if (!/^ {4}user: (?!root|0)/m.test(database)) problems.push('database: it runs as root');
  if (!/condition: service_healthy/.test(all.get('chatd') ?? ''))
    problems.push('chatd does not wait for the database');
  if (!/internal: true/.test(text)) problems.push('the network of the database leads outside');
  return problems;
}
