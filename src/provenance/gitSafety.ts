/**
 * What a repository's own configuration could change of git's answers, or make git run or read, is said on the command
 * line, which stands above it. Flags that git knows since long; a setting that an old git does not know is ignored.
 */
const SETTINGS: readonly string[] = [
  // What would start a program, or look elsewhere.
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'core.sshCommand=false',
  'core.gitProxy=false',
  'core.askPass=false',
  'core.alternateRefsCommand=',
  'core.attributesFile=/dev/null',
  'core.untrackedCache=false',
  'credential.helper=',
  'diff.external=',
  'log.showSignature=false',
  'gpg.program=false',
  'safe.bareRepository=explicit',
  'submodule.recurse=false',
  // A missing object of a partial clone is not fetched. `protocol.<name>.allow` of the repository stands above
  // `protocol.allow`, and GIT_ALLOW_PROTOCOL, known to every git that has partial clones, above both.
  'protocol.allow=never',
  ...['ext', 'file', 'git', 'http', 'https', 'ssh'].map((protocol) => `protocol.${protocol}.allow=never`),
  // What would change the form of an answer, or leave out a part of it.
  'i18n.logOutputEncoding=UTF-8',
  'core.quotePath=false',
  'core.bigFileThreshold=512m',
  'color.ui=false',
  'color.diff=false',
  'color.grep=false',
  'column.ui=never',
  'diff.orderFile=/dev/null',
  'diff.suppressBlankEmpty=false',
  'diff.noPrefix=false',
  'diff.mnemonicPrefix=false',
  'diff.srcPrefix=a/',
  'diff.dstPrefix=b/',
  'diff.relative=false',
  'diff.context=3',
  'diff.interHunkContext=0',
  'diff.algorithm=default',
  'diff.renameLimit=1000',
  'diff.submodule=short',
  'log.follow=false',
  'log.showRoot=true',
  'log.diffMerges=off',
  'format.notes=false',
  'grep.fallbackToNoIndex=false',
  'grep.lineNumber=false',
  'grep.column=false',
  'grep.fullName=false',
  'grep.patternType=default',
];

/** What stands between `git` and the name of a command. Only commands that use no filter, textconv, pager or hook are run. */
export const SAFE: readonly string[] = [
  '--no-pager',
  '--no-optional-locks',
  '--no-replace-objects',
  '--literal-pathspecs',
  ...SETTINGS.flatMap((setting) => ['-c', setting]),
];

/** The environment of git: nothing of GIT_* from ours, no prompt, no network, plain English. */
export function gitEnvironment(from: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const name of ['PATH', 'HOME', 'USERPROFILE', 'SYSTEMROOT', 'TEMP', 'TMP', 'TMPDIR']) {
    if (from[name] !== undefined) {
      env[name] = from[name];
    }
  }
  return {
    ...env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // Saves the attempt, in a git that knows it.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_PAGER: 'cat',
    // Would give commits other parents, as replaced objects would.
    GIT_GRAFT_FILE: '/dev/null',
  };
}
