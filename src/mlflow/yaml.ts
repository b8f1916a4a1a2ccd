import {
  Composer,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Alias,
  type CST,
  type Document,
  type Node,
  type ParsedNode,
} from 'yaml';

/** Characters of a YAML text that is read: more than any model, environment or configuration has. */
export const MOST_YAML = 2 * 1024 * 1024;
/** Brackets and indents inside each other. PyYAML itself gives up at some 300. */
const MOST_DEPTH = 100;
/** What a text may stand for, its anchors put in for each of their aliases: so many times its length, and some more. */
const MOST_GROWTH = 10;
const ANY_GROWTH = 10_000;

/** A YAML document by its nodes, for whoever needs their places. */
export interface YamlDocument {
  document: Document.Parsed;
  lines: LineCounter;
  /** What each alias stands for; missing where no such anchor comes before it. */
  targets: ReadonlyMap<Alias, Node>;
}

/**
 * The first document of a YAML text, in time that grows with its length alone. Of a key that stands twice both are
 * there, the last one counts, as for PyYAML.
 *
 * @throws Error where the text is longer, or nested deeper, than anybody writes
 */
export function readYamlDocument(
  text: string,
  options: { version?: '1.1' | '1.2'; merge?: boolean } = {},
): YamlDocument {
  if (text.length > MOST_YAML) {
    throw new Error(`The YAML text is longer than ${MOST_YAML} characters.`);
  }
  const lines = new LineCounter();
  const tokens = [...firstDocument(text, lines.addNewLine)];
  // Looking for a key that stands twice takes the square of their number.
  const composer = new Composer({ ...options, uniqueKeys: false, logLevel: 'silent' });
  const [document] = composer.compose(tokens, true, text.length);
  if (!document) {
    throw new Error('The file has no YAML document.');
  }
  return { document, lines, targets: targetsOf(document.contents) };
}

/**
 * The value of a YAML text, mappings as objects. What an anchor names is one object wherever it stands.
 *
 * @throws Error where it is no YAML, or takes more than its length lets expect
 */
export function parseYaml(text: string): unknown {
  const { document, targets } = readYamlDocument(text);
  if (document.errors[0]) {
    throw document.errors[0];
  }
  return new Values(targets, MOST_GROWTH * text.length + ANY_GROWTH).of(document.contents).value;
}

/** A value, and how long it is with all that its aliases stand for. */
interface Sized {
  value: unknown;
  size: number;
}

class Values {
  private readonly known = new Map<Node, Sized | 'under way'>();

  constructor(
    private readonly targets: ReadonlyMap<Alias, Node>,
    private readonly most: number,
  ) {}

  of(node: unknown): Sized {
    if (isAlias(node)) {
      const target = this.targets.get(node);
      if (!target) {
        throw new Error(`The YAML text has no anchor ${node.source}.`);
      }
      return this.anchored(target);
    }
    return isCollection(node) && node.anchor !== undefined ? this.anchored(node) : this.make(node);
  }

  private anchored(node: Node): Sized {
    const known = this.known.get(node);
    if (known === 'under way') {
      throw new Error('A part of the YAML text contains itself.');
    }
    if (known) {
      return known;
    }
    this.known.set(node, 'under way');
    const made = this.make(node);
    this.known.set(node, made);
    return made;
  }

  private make(node: unknown): Sized {
    if (isScalar(node)) {
      return { value: node.value, size: 1 + (node.source?.length ?? 0) };
    }
    let size = 1;
    const add = (item: unknown): unknown => {
      const made = this.of(item);
      size += made.size;
      if (size > this.most) {
        throw new Error(`The YAML text expands to more than ${this.most} characters.`);
      }
      return made.value;
    };
    if (isSeq(node)) {
      return { value: node.items.map(add), size };
    }
    if (isMap(node)) {
      const entries = node.items.filter(isPair).flatMap((pair): [string, unknown][] => {
        const key = isAlias(pair.key) ? this.targets.get(pair.key) : pair.key;
        size += isScalar(key) ? (key.source?.length ?? 0) : 0;
        return isScalar(key) ? [[keyText(key.value), add(pair.value)]] : [];
      });
      return { value: Object.fromEntries(entries), size };
    }
    return { value: null, size };
  }
}

/** The name that a mapping's key gets in an object. */
function keyText(key: unknown): string {
  switch (typeof key) {
    case 'string':
      return key;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(key);
    default:
      return key === null || key === undefined ? '' : JSON.stringify(key);
  }
}

/** The tokens up to the end of the first document; the rest is not looked at. */
function* firstDocument(text: string, onNewLine: (offset: number) => void): Generator<CST.Token> {
  const parser = new Parser(onNewLine);
  onNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') {
        throw new Error(token.message);
      }
      yield token;
      if (token.type === 'document') {
        return;
      }
    }
    // What reads the nodes calls itself for each level.
    if (parser.stack.length > MOST_DEPTH) {
      throw new Error(`The YAML text is nested deeper than ${MOST_DEPTH} levels.`);
    }
  }
  yield* parser.end();
}

/** In the order of the text: an alias stands for the last anchor of its name before it. */
function targetsOf(contents: ParsedNode | null): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  const visit = (node: unknown): void => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target) {
        targets.set(node, target);
      }
      return;
    }
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
      anchors.set(node.anchor, node);
    }
    for (const item of isCollection(node) ? node.items : []) {
      if (isPair(item)) {
        visit(item.key);
        visit(item.value);
      } else {
        visit(item);
      }
    }
  };
  visit(contents);
  return targets;
}
