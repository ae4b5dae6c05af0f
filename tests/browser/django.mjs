// Django's admin, used as a person would: an application that nobody here wrote, with static files, a
// database and a session.

import assert from 'node:assert/strict';

import { open, photograph } from './tab.mjs';

const NAME = 'admin';
const PASSWORD = 'admin';

async function logIn(tab, url, password) {
  await tab.goto(`${url}/admin/`);
  await tab.getByLabel('Username').fill(NAME);
  await tab.getByLabel('Password').fill(password);
  await tab.getByRole('button', { name: 'Log in' }).click();
}

/** The colour behind the page's title: a style sheet gives it one, and nothing else does. */
function headerColour(tab) {
  return tab.locator('#header').evaluate(header => getComputedStyle(header).backgroundColor);
}

async function styles({ tab, url }) {
  const files = [];
  tab.on('response', response => files.push([new URL(response.url()).pathname, response.status()]));
  await tab.goto(`${url}/admin/`);
  const colour = await headerColour(tab);
  assert.match(colour, /^rgb\(\d/, `the style sheets give the header a colour: ${colour}`);
  const sheets = files.filter(([path]) => path.startsWith('/static/') && path.endsWith('.css'));
  assert.ok(sheets.length > 1, `style sheets come from the server: ${JSON.stringify(files)}`);
  assert.ok(sheets.every(([, status]) => status === 200), JSON.stringify(sheets));
  await photograph(tab, 'django-login');
}

async function session({ tab, url }) {
  await logIn(tab, url, PASSWORD);
  await tab.getByRole('heading', { name: 'Site administration' }).waitFor();
  await photograph(tab, 'django-admin');
  await tab.getByRole('link', { name: 'Users' }).click();
  await tab.getByRole('link', { name: NAME, exact: true }).first().waitFor();
  const other = await open(tab.context());
  await other.goto(`${url}/admin/`);
  await other.getByRole('button', { name: 'Log out' }).waitFor();
  assert.deepEqual(other.problems, [], 'the session holds in another tab');
  await other.getByRole('button', { name: 'Log out' }).click();
  await other.getByText('Logged out').waitFor();
  await tab.reload();
  await tab.getByLabel('Username').waitFor();
}

async function addsAUser({ tab, url }) {
  await logIn(tab, url, PASSWORD);
  await tab.goto(`${url}/admin/auth/user/add/`);
  await tab.getByLabel('Username').fill('Adéla');
  await tab.getByLabel('Password:').fill('correct horse battery');
  await tab.getByLabel('Password confirmation:').fill('correct horse battery');
  await tab.getByRole('button', { name: 'Save', exact: true }).click();
  await tab.getByText('was added successfully').waitFor();
  await tab.goto(`${url}/admin/auth/user/`);
  await tab.getByRole('link', { name: 'Adéla', exact: true }).waitFor();
}

async function wrongPassword({ tab, url }) {
  await logIn(tab, url, 'not this one');
  await tab.getByText('Please enter the correct username and password').waitFor();
}

export const CHECKS = [
  ['Django: the admin has its style sheets', styles],
  ['Django: a session begins with a name and a password, and ends for all tabs', session],
  ['Django: what is typed into a form is in the database', addsAUser],
  ['Django: a wrong password is refused', wrongPassword],
];
