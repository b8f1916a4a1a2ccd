/** Draws media/icon.png, the 128 x 128 picture of the extension's page: `npx tsx scripts/drawIcon.ts`. */
import * as path from 'node:path';
import { launchBrowser } from '../test/support/browser';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128" fill="none"
  stroke-linecap="round" stroke-linejoin="round">
  <defs><linearGradient id="back" x1="0" y1="0" x2="1" y2="1">
    <stop offset="0" stop-color="#0f6cbd"/><stop offset="1" stop-color="#0a3d6e"/>
  </linearGradient></defs>
  <rect width="128" height="128" rx="26" fill="url(#back)"/>
  <circle cx="57" cy="57" r="35" stroke="#fff" stroke-width="8" fill="#ffffff1f"/>
  <path d="M83 83 105 105" stroke="#fff" stroke-width="11"/>
  <path d="M36 67 48 51 58 60 77 40" stroke="#7fd1ff" stroke-width="7"/>
  <circle cx="77" cy="40" r="5.5" fill="#7fd1ff"/>
</svg>`;

async function main(): Promise<void> {
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
  await page.setContent(`<style>body { margin: 0 }</style>${SVG}`);
  const file = path.join(__dirname, '../media/icon.png');
  await page.locator('svg').screenshot({ path: file, omitBackground: true });
  await browser.close();
}

void main();
