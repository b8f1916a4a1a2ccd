/** `npm run demo`: the demo project in `.cache/demo`, for the debugger. One that is there is kept, with what was done in it. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { unpackDemo } from './demo';

const parent = path.resolve(__dirname, '../.cache/demo');

if (!fs.existsSync(path.join(parent, 'taxi-duration'))) {
  fs.mkdirSync(parent, { recursive: true });
  unpackDemo(parent);
}
console.log(path.join(parent, 'taxi-duration'));
