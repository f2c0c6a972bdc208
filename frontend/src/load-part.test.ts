import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { partLoader } from './load-part';

const base = 'https://example.org/chat/assets/main-A.js';
const files = {
  menu: ['part-shared-A.js', 'part-menu-A.js'],
  picker: ['part-shared-A.js', 'part-picker-A.js'],
};
const whole = () => new Response('export {};\n//end\n');

describe('a part of the page', () => {
  const { fetch } = globalThis;
  /** What is answered about a file next; then it is there. */
  let answers: Record<string, (() => Response)[]>;
  let asked: string[];
  let imports: number;
  const load = async () => ++imports;

  beforeEach(() => {
    answers = {};
    asked = [];
    imports = 0;
    globalThis.fetch = async (address, init) => {
      const name = String(address).replace(/^.*part-(.*)-A\.js$/, '$1');
      asked.push(init?.cache === 'reload' ? `${name} anew` : name);
      return (answers[name]?.shift() ?? whole)();
    };
  });
  afterEach(() => {
    globalThis.fetch = fetch;
  });

  test('is imported when all its files are there, beside the page, and what parts share is fetched once', async () => {
    const addresses: string[] = [];
    const counted = globalThis.fetch;
    globalThis.fetch = (address, init) => {
      addresses.push(String(address));
      return counted(address, init);
    };
    const loadPart = partLoader(files, base);
    assert.deepEqual(await Promise.all([loadPart('menu', load), loadPart('picker', load)]), [1, 2]);
    await loadPart('menu', load);
    assert.deepEqual(asked, ['shared', 'menu', 'picker']);
    assert.equal(addresses[0], 'https://example.org/chat/assets/part-shared-A.js');
  });

  const failures: Record<string, () => Response> = {
    'was cut, though the browser takes it for whole': () => new Response('export {};\n//e'),
    'was empty': () => new Response(''),
    'was refused by a proxy': () => new Response('//end', { status: 502 }),
    'was the page of a hotspot': () => new Response('<p>Accept our terms</p>\n'),
  };
  for (const [what, failure] of Object.entries(failures)) {
    test(`has a file that ${what} fetched past the cache at once`, async () => {
      answers.shared = [failure];
      assert.equal(await partLoader(files, base)('menu', load), 1);
      assert.deepEqual(asked, ['shared', 'menu', 'shared anew']);
    });

    test(`is not imported when a file ${what} again; the next who needs it has it fetched past the cache`, async () => {
      const loadPart = partLoader(files, base);
      answers.shared = [failure, failure];
      await assert.rejects(loadPart('menu', load), /part-shared-A.js did not come whole/);
      assert.equal(imports, 0);
      asked = [];
      assert.equal(await loadPart('picker', load), 1);
      assert.equal(await loadPart('menu', load), 2);
      assert.deepEqual(asked, ['shared anew', 'picker', 'menu']);
    });
  }

  test('is not imported when a file did not come; the next who needs it has it fetched again', async () => {
    const loadPart = partLoader(files, base);
    answers.shared = [
      () => {
        throw new TypeError('failed to fetch');
      },
    ];
    await assert.rejects(loadPart('menu', load), TypeError);
    assert.equal(imports, 0);
    asked = [];
    assert.equal(await loadPart('menu', load), 1);
    assert.deepEqual(asked, ['shared anew', 'menu']);
  });

  test('that fails for two at once is fetched anew once', async () => {
    const loadPart = partLoader(files, base);
    answers.shared = [() => new Response(''), () => new Response('')];
    const both = [loadPart('menu', load), loadPart('picker', load)];
    assert.deepEqual(
      (await Promise.allSettled(both)).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    asked = [];
    await Promise.all([loadPart('menu', load), loadPart('picker', load)]);
    assert.deepEqual(asked, ['shared anew', 'menu', 'picker']);
  });

  test('that could not be imported has its files fetched again', async () => {
    const loadPart = partLoader(files, base);
    await assert.rejects(
      loadPart('menu', () => Promise.reject(new Error('import'))),
      /import/,
    );
    asked = [];
    assert.equal(await loadPart('menu', load), 1);
    assert.deepEqual(asked, ['shared', 'menu']);
  });

  test('is not waited for without end', async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const counted = globalThis.fetch;
    globalThis.fetch = (address, init) => {
      signals.push(init?.signal);
      return counted(address, init);
    };
    await partLoader(files, base)('menu', load);
    assert.ok(signals.every((signal) => signal instanceof AbortSignal));
  });

  test('that the page does not have is said so', async () => {
    await assert.rejects(partLoader(files, base)('nothing', load), /no part nothing/);
  });
});
