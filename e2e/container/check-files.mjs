// Checks the files that make and run the containers, without running any. Exit code 0: they are right.
import { check } from './files.mjs';

const { done, problems } = check();
for (const line of done) console.log(`ok: ${line}`);
for (const line of problems) console.error(`wrong: ${line}`);
process.exitCode = problems.length ? 1 : 0;
