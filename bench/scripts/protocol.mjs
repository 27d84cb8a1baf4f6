// How the scripts are told what to do, one JSON object on each line of standard input:
//
//   {"id", "loginUrl", "codeUrl", "user", "password"}   log in; {"id", "done": true} is the answer, or {"id", "error"}
//   {…, "park": true}                                   the same, but wait at the code page: {"id", "parked": true}, until
//   {"id", "code"}                                      brings the code
//
// Several may be under way at once.
import { createInterface } from 'node:readline';

// site are the lab's selectors: who writes a script knows the site.
export const site = {
  user: 'input[name="username"]',
  password: 'input[name="password"]',
  code: 'input[name="code"]',
  submit: 'form button[type="submit"]',
  loggedIn: 'h1',
};

const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');

// serve calls login(job, code, done) for each job until standard input ends. code() resolves to the code; login calls
// done() when it has the session, and returns when it has cleaned up.
export async function serve(login) {
  const parked = new Map();
  const underWay = new Set();
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    if (job.code) {
      parked.get(job.id)(job.code);
      parked.delete(job.id);
      continue;
    }
    const code = async () => {
      if (!job.park) return (await (await fetch(job.codeUrl)).json()).code;
      const answered = new Promise((resolve) => parked.set(job.id, resolve));
      say({ id: job.id, parked: true });
      return answered;
    };
    const run = login(job, code, () => say({ id: job.id, done: true }))
      .catch((error) => say({ id: job.id, error: String(error) }))
      .finally(() => underWay.delete(run));
    underWay.add(run);
  }
  await Promise.all(underWay);
}
