/** The bundle that holds the Python parser: loaded when a source is first asked for, never by activation. */
export { createSourceFinder, type SourceFinder, type SourceFinderOptions } from './finder';
export { GitError, isCommitId, type ChangedFile, type CommitInfo, type GitRepository } from './git';
export { openRepository } from './gitProcess';
export { findRepositories } from './repositories';
export type { ParamSource, RunSource, Sources, SourceStatus } from './source';
