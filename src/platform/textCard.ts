import * as vscode from 'vscode';
import { plainText } from '../mlflow/format';
import { withoutTrailing } from '../mlflow/scan';

/**
 * A hover of a store's texts. What VS Code offers for that (`MarkdownString.appendText`) leaves addresses in it that
 * become links, and lines that begin like lists; here every letter that could mean something is written as its
 * number, so that a hover offers no link and loads no image that a store made up.
 */
export class TextCard {
  readonly markdown = new vscode.MarkdownString();

  /** A paragraph. */
  line(text: string, maxLength?: number): this {
    return this.paragraph(inMarkdown(text, maxLength));
  }

  /** A paragraph that begins with something bold. */
  heading(text: string, rest: string): this {
    return this.paragraph(`**${inMarkdown(text)}** ${inMarkdown(rest)}`);
  }

  /** The first `most` rows of two columns; nothing where there are none. */
  table(title: string, rows: readonly (readonly [string, string])[], most: number): this {
    if (rows.length === 0) {
      return this;
    }
    const cells = ([key, value]: readonly [string, string]): string =>
      `| ${inMarkdown(key, 60)} | ${inMarkdown(value, 60)} |`;
    return this.paragraph('---').paragraph(
      [
        `| ${title} | |`,
        '|:--|:--|',
        ...rows.slice(0, most).map(cells),
        ...(rows.length > most ? [`| … ${rows.length - most} more | |`] : []),
      ].join('\n'),
    );
  }

  private paragraph(markdown: string): this {
    this.markdown.appendMarkdown(`${markdown}\n\n`);
    return this;
  }
}

function inMarkdown(text: string, maxLength?: number): string {
  const plain = plainText(text, maxLength);
  const start = withoutTrailing(plain, ' ');
  return start.replace(/[^\p{L}\p{N} ]|^ +/gu, references) + references(plain.slice(start.length));
}

function references(letters: string): string {
  return Array.from(letters, (letter) => `&#${letter.codePointAt(0)};`).join('');
}
