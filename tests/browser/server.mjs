// A server under test: started on a free port, and always ended.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.resolve(import.meta.dirname, '../..');

// Generous: a deadline that is too short makes a right server look wrong on a busy machine.
const START_MS = 10_000;
const END_MS = 5_000;

const running = new Set();

/** Builds the servers, so that it is never an old one that is looked at. */
export function build() {
  const cargo = ['build', '--locked', '--quiet', '--workspace', '--bins'];
  const { status } = spawnSync('cargo', cargo, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('the servers could not be built');
}

/** The folder that cargo writes to. */
export function target() {
  return path.resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');
}

/** Starts a server and waits for its listening line. */
export async function start(name, ...args) {
  const program = path.join(target(), 'debug', name);
  const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', STOP_TIMEOUT: '2' };
  // A group of its own: whatever it forks can be ended with it.
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(program, args, { env, stdio, detached: true });
  running.add(child);
  const said = [];
  const listening = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${name} ended (${code ?? signal})`)));
    createInterface({ input: child.stdout }).on('line', line => {
      said.push(line);
      const url = line.match(/^listening on (http:\S+)$/)?.[1];
      if (url) resolve(url);
    });
    createInterface({ input: child.stderr }).on('line', line => said.push(line));
  });
  const url = await within(START_MS, listening, `${name} to listen`);
  return { url, said, end: () => end(child, name) };
}

/** Asks the server to end, and makes it if it does not. Throws if it had to be made. */
async function end(child, name) {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} had ended`);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  try {
    await within(END_MS, exited, `${name} to end after SIGTERM`);
  } finally {
    killGroup(child);
  }
}

function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

/** The promise's value, or an error that names what was waited for in vain. */
export function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms / 1000} s for ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

process.on('exit', () => running.forEach(killGroup));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
