import type { DiffProtocol } from '../../../src/protocol/diff';
import type { PageConnection } from '../client';

/** The host of a diff's page: of runs or of model versions. */
export type DiffConnection = PageConnection<'diff', DiffProtocol> | PageConnection<'modelDiff', DiffProtocol>;
