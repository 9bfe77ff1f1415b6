// Runs the snippets of a folder: each in a file of its own, the cases in `cases.json`.
const fs = require('node:fs');
const path = require('node:path');
const folder = process.argv[2];
const cases = JSON.parse(fs.readFileSync(path.join(folder, 'cases.json')));
const read = new Map();
for (const one of cases) {
  if (!read.has(one.file)) {
    const module = { exports: {} };
    const code = fs.readFileSync(path.join(folder, one.file + '.js'), 'utf8');
    new Function('require', 'module', code + '\nmodule.exports = verify;')(require, module);
    read.set(one.file, module.exports);
  }
  const given = [one.secret, one.headers, Buffer.from(one.body, 'base64')];
  if (one.needs.url) given.push(one.url);
  if (one.needs.method) given.push(one.method);
  if (one.needs.now) given.push(one.now);
  console.log(read.get(one.file)(...given) === true);
}
