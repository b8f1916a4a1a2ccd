import { spawn } from 'node:child_process';
import { findExecutable } from '../worker/executable';
import { countedAsTexts } from './lineCounts';
import { mergeChanges } from './gitListing';
import { gitEnvironment, SAFE } from './gitSafety';
import {
  GitError,
  isCommitId,
  type ChangedFile,
  type CommitInfo,
  type GitRepository,
  type Rename,
  type TreeFile,
} from './git';

const TIME_LIMIT = 10_000;
const MOST_OUTPUT = 128 * 1024 * 1024;
const MOST_OBJECT = 8 * 1024 * 1024;
/** Of one commit; DVC keeps each that was run. */
const MOST_EXPERIMENTS = 32;
/** Commits that moved files, looked through at most. */
const MOST_RENAMES = 2000;
/** Files of code that are read one by one where git cannot search them. */
const MOST_READ = 500;

/** What `.gitattributes` and the drivers that a repository configures for them would change of a diff. */
const AS_COMMITTED = ['--no-ext-diff', '--no-textconv', '--diff-algorithm=default'];

interface GitOptions {
  input?: string;
  /** Exit codes that are an answer and no failure. */
  accept?: readonly number[];
}

class ProcessRepository implements GitRepository {
  private readonly trees = new Map<string, Promise<readonly TreeFile[]>>();
  /** Where git lies; null where it does not. */
  private program: string | null | undefined;
  private readonly commits = new Map<string, Promise<CommitInfo>>();

  constructor(
    readonly root: string,
    private readonly gitPath: string,
  ) {}

  async resolveCommit(commit: string): Promise<string | null> {
    if (!isCommitId(commit)) {
      return null;
    }
    const [named] = await this.commitIds([commit]);
    if (named?.startsWith(commit.toLowerCase())) {
      return named;
    }
    // A branch or tag of that name, which for git stands above the beginning of an id.
    const ids = named === undefined ? '' : await this.text(['rev-parse', `--disambiguate=${commit}`]);
    const meant = await this.commitIds(ids.split('\n').filter(isCommitId));
    return meant.length === 1 ? meant[0]! : null;
  }

  /** Full ids of those of the names that are commits. */
  private async commitIds(names: readonly string[]): Promise<string[]> {
    const input = names.map((name) => `${name}^{commit}\n`).join('');
    const answer = await this.text(['cat-file', '--batch-check'], { input });
    return answer.split('\n').flatMap((line) => /^([0-9a-f]{40,64}) commit /.exec(line)?.[1] ?? []);
  }

  async head(): Promise<string | null> {
    const answer = await this.text(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], {
      accept: [0, 1, 128],
    });
    return isCommitId(answer.trim()) ? answer.trim() : null;
  }

  async isShallow(): Promise<boolean> {
    return (await this.text(['rev-parse', '--is-shallow-repository'])).trim() === 'true';
  }

  async tree(commit: string, matching?: RegExp): Promise<readonly TreeFile[]> {
    const all = await this.wholeTree(commit);
    return matching ? all.filter(({ path }) => matching.test(path)) : all;
  }

  async file(commit: string, path: string): Promise<TreeFile | null> {
    return (await this.wholeTree(commit)).find((file) => file.path === path) ?? null;
  }

  private wholeTree(commit: string): Promise<readonly TreeFile[]> {
    let tree = this.trees.get(commit);
    if (!tree) {
      tree = this.readTree(commit);
      tree.catch(() => this.trees.delete(commit));
      this.trees.set(commit, tree);
      if (this.trees.size > 16) {
        this.trees.delete(this.trees.keys().next().value!);
      }
    }
    return tree;
  }

  private async readTree(commit: string): Promise<readonly TreeFile[]> {
    const list = ['ls-tree', '-r', '-z', '--full-tree'];
    // A partial clone has not all sizes, and is not asked to fetch them: git fails, or writes BAD.
    const answer = await this.text([...list, '-l', checked(commit)]).catch(() =>
      this.text([...list, checked(commit)]),
    );
    return answer.split('\0').flatMap((record) => {
      const match = /^(\d+) (\w+) ([0-9a-f]+)(?: +(\d+|-|BAD))?\t([\s\S]*)$/.exec(record);
      return match ? [{ mode: match[1]!, id: match[3]!, size: Number(match[4]) || 0, path: match[5]! }] : [];
    });
  }

  async readObjects(ids: readonly string[]): Promise<Map<string, Uint8Array>> {
    const wanted = ids.filter(isCommitId);
    const result = new Map<string, Uint8Array>();
    if (wanted.length === 0) {
      return result;
    }
    const output = await this.run(['cat-file', '--batch'], {
      input: wanted.map((id) => `${id}\n`).join(''),
    }).catch(() => null);
    if (!output) {
      // A partial clone lacks one: git gives up there, the others are read for themselves.
      for (const found of wanted.length > 1
        ? await Promise.all(wanted.map((id) => this.readObjects([id])))
        : []) {
        found.forEach((content, id) => result.set(id, content));
      }
      return result;
    }
    let position = 0;
    while (position < output.length) {
      const end = output.indexOf(10, position);
      if (end < 0) {
        break;
      }
      const header = output.toString('latin1', position, end);
      const match = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header);
      position = end + 1;
      if (match) {
        const size = Number(match[3]);
        if (match[2] === 'blob' && size <= MOST_OBJECT) {
          result.set(match[1]!, output.subarray(position, position + size));
        }
        position += size + 1;
      }
    }
    return result;
  }

  commitInfo(commit: string): Promise<CommitInfo> {
    let info = this.commits.get(commit);
    if (!info) {
      info = this.log(['-1', checked(commit)]).then((commits) => {
        if (!commits[0]) {
          throw new GitError(`There is no commit ${commit} here.`);
        }
        return commits[0];
      });
      info.catch(() => this.commits.delete(commit));
      this.commits.set(commit, info);
    }
    return info;
  }

  commitsBetween(from: string, to: string, most: number): Promise<CommitInfo[]> {
    return this.log([`-${Math.trunc(most)}`, checked(to), `^${checked(from)}`]);
  }

  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    const answer = await this.text(['rev-list', '-1', checked(ancestor), `^${checked(commit)}`]);
    return answer.trim() === '';
  }

  async changedFiles(from: string, to: string): Promise<ChangedFile[]> {
    const options = ['-r', '-z', '-M', ...AS_COMMITTED, '--ignore-submodules=all'];
    const range = [checked(from), checked(to), '--'];
    const [raw, numbers] = await Promise.all([
      this.text(['diff-tree', '--raw', ...options, ...range]),
      this.text(['diff-tree', '--numstat', ...options, ...range]),
    ]).catch(async () => [
      // A partial clone lacks contents: neither lines nor renames can be told.
      await this.text(['diff-tree', '--raw', ...options, '--no-renames', ...range]),
      '',
    ]);
    const changes = mergeChanges(raw.split('\0'), numbers.split('\0'));
    return numbers === '' ? changes : countedAsTexts(changes, this, from, to);
  }

  async renames(from: string | null, to: string): Promise<Rename[]> {
    const ask = (similarity: string): Promise<string> =>
      this.text([
        ...['log', '-z', '--raw', similarity, '--diff-filter=R', '--no-abbrev', '--no-show-signature'],
        ...['--format=', ...AS_COMMITTED, '--ignore-submodules=all', `-${MOST_RENAMES}`],
        checked(to),
        ...(from === null ? [] : [`^${checked(from)}`]),
        '--',
      ]);
    // A file that is not here cannot be compared: those that moved unchanged are told by their ids, else none is.
    const answer = await ask('-M')
      .catch(() => ask('-M100%'))
      .catch(() => '');
    return mergeChanges(answer.split('\0'), []).flatMap(({ path, oldPath }) =>
      oldPath === null ? [] : [{ path, oldPath }],
    );
  }

  patch(from: string, to: string, file: string, oldPath: string | null): Promise<string> {
    return this.text([
      'diff-tree',
      '-p',
      '-M',
      ...AS_COMMITTED,
      '--text',
      '--no-color',
      '--full-index',
      checked(from),
      checked(to),
      '--',
      file,
      ...(oldPath ? [oldPath] : []),
    ]);
  }

  async commitBefore(time: number): Promise<string | null> {
    const head = await this.head();
    if (!head) {
      return null;
    }
    const answer = await this.text(['rev-list', '-1', `--before=${new Date(time).toISOString()}`, head]);
    return answer.trim() || null;
  }

  async experiments(commit: string): Promise<string[]> {
    const id = checked(commit);
    const answer = await this.text([
      'for-each-ref',
      `--count=${MOST_EXPERIMENTS}`,
      '--sort=-committerdate',
      '--format=%(objectname)',
      `refs/exps/${id.slice(0, 2)}/${id.slice(2)}/`,
    ]);
    return [...new Set(answer.split('\n').filter(isCommitId))];
  }

  async grep(commit: string, words: readonly string[]): Promise<string[]> {
    return this.grepAll(commit, words).catch(() => this.grepReadable(commit, words));
  }

  /** The files of code that are here, where git gives up over one that is not. */
  private async grepReadable(commit: string, words: readonly string[]): Promise<string[]> {
    const files = await this.tree(commit, /\.(py|ipynb)$/);
    const contents = await this.readObjects(files.slice(0, MOST_READ).map(({ id }) => id));
    return files.flatMap(({ id, path: file }) => {
      const content = contents.get(id);
      return content && words.some((word) => Buffer.from(content).includes(word)) ? [file] : [];
    });
  }

  private async grepAll(commit: string, words: readonly string[]): Promise<string[]> {
    const answer = await this.text(
      [
        'grep',
        '-l',
        '-z',
        '-a',
        '-F',
        '--no-textconv',
        '--no-recurse-submodules',
        ...words.flatMap((word) => ['-e', word]),
        checked(commit),
        '--',
      ],
      { accept: [0, 1] },
    );
    return answer
      .split('\0')
      .filter((name) => name !== '')
      .map((name) => name.slice(name.indexOf(':') + 1));
  }

  async lastChange(commit: string, file: string): Promise<CommitInfo | null> {
    return (await this.log(['-1', checked(commit), '--', file]))[0] ?? null;
  }

  private async log(args: readonly string[]): Promise<CommitInfo[]> {
    const answer = await this.text([
      'log',
      '-z',
      '--no-show-signature',
      '--no-decorate',
      '--no-mailmap',
      '--no-notes',
      '--format=%H%x00%P%x00%an%x00%at%x00%s',
      ...args.slice(0, args.includes('--') ? args.indexOf('--') : undefined),
      '--',
      ...(args.includes('--') ? args.slice(args.indexOf('--') + 1) : []),
    ]);
    const fields = answer.split('\0');
    const commits: CommitInfo[] = [];
    for (let i = 0; i + 4 < fields.length; i += 5) {
      commits.push({
        commit: fields[i]!,
        parents: fields[i + 1]!.split(' ').filter((parent) => parent !== ''),
        author: fields[i + 2]!,
        time: Number(fields[i + 3]) * 1000,
        subject: fields[i + 4]!,
      });
    }
    return commits;
  }

  private async text(args: readonly string[], options: GitOptions = {}): Promise<string> {
    return (await this.run(args, options)).toString('utf8');
  }

  /** Runs git in the repository: arguments only, no shell, killed after the time limit. */
  private run(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
    this.program ??= findExecutable(this.gitPath);
    const program = this.program;
    return new Promise((resolve, reject) => {
      if (program === null) {
        reject(
          new GitError(
            `git was not found (${this.gitPath}): set mlflowLens.gitPath to its absolute path, or to a name on the PATH.`,
          ),
        );
        return;
      }
      const child = spawn(program, [...SAFE, ...args], {
        cwd: this.root,
        env: gitEnvironment(process.env),
        shell: false,
        windowsHide: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const chunks: Buffer[] = [];
      let size = 0;
      let problem = '';
      const fail = (message: string) => {
        child.kill('SIGKILL');
        reject(new GitError(message));
      };
      const timer = setTimeout(
        () => fail(`git ${args[0]!} did not answer within ${TIME_LIMIT / 1000} s.`),
        TIME_LIMIT,
      );
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MOST_OUTPUT) {
          fail(`git ${args[0]!} gave more than ${MOST_OUTPUT >> 20} MiB.`);
        }
        chunks.push(chunk);
      });
      child.stderr.on('data', (chunk: Buffer) => {
        problem = (problem + chunk.toString('utf8')).slice(-2000);
      });
      child.on('error', (error) => {
        clearTimeout(timer);
        reject(new GitError(`git could not be started: ${error.message}`));
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        if ((options.accept ?? [0]).includes(code ?? -1)) {
          resolve(Buffer.concat(chunks));
        } else {
          reject(new GitError(`git ${args[0]!} failed: ${problem.trim() || `exit code ${String(code)}`}`));
        }
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(options.input ?? '');
    });
  }
}

function checked(commit: string): string {
  if (!isCommitId(commit)) {
    throw new GitError(`"${commit}" is not a commit ID.`);
  }
  return commit;
}

/** The repository whose working copy is `root`. */
export function openRepository(root: string, gitPath = 'git'): GitRepository {
  return new ProcessRepository(root, gitPath);
}
