import type { DiffSide, DiffValue, RangeGroup, SectionName } from '../compare/types';
import type { ShownSource } from '../provenance/source';
import type { RunColor } from '../state/colors';

/** What the diff pages (of runs, and of model versions) ask of their host. */
export type DiffProtocol = {
  requests: {
    /** What the runs hold themselves: the first picture. `fresh` reads the stores again. */
    getDiff: { params: { baseline: number | null; fresh: boolean }; result: DiffPageData };
    /** The same with code, models, data and environment. */
    getDetails: { params: { baseline: number | null }; result: DiffPageData };
    /** Histories in small of metrics, one a side. */
    getHistories: { params: { keys: string[] }; result: DiffHistory[] };
    getImages: { params: null; result: DiffImage[] };
    getImage: { params: { side: number; path: string }; result: { bytes: Uint8Array } };
    /**
     * VS Code's own diff of the two commits; of one file, at the line that set a param. Without a side the user is
     * asked which pair, where there are several.
     */
    openChanges: { params: { side: number | null; file: string | null; param: string | null }; result: null };
    /** VS Code's own diff of one commit of a side's range against the one before it. */
    openCommit: { params: { side: number; commit: string }; result: null };
    /** VS Code's own diff of two long texts. */
    openTexts: { params: { title: string; left: string; right: string }; result: null };
    getText: { params: { baseline: number | null; format: 'markdown' | 'json' }; result: { text: string } };
  };
  events: {
    /** The runs' colors, when they are others than those of the data. */
    colors: RunColor[];
  };
};

export interface DiffPageData {
  /** The model that versions are compared of; null for a diff of runs. */
  model: string | null;
  storeName: string;
  runs: DiffSide[];
  colors: RunColor[];
  baseline: number;
  sections: PageSection[];
  commits: RangeGroup[];
  summary: string;
  /** Rows name their sources by index: many runs share a line. */
  sources: ShownSource[];
  /** Code, models, data and environment are still being read. */
  pending: boolean;
}

export interface PageSection {
  name: SectionName;
  rows: PageRow[];
  /** Hidden at first. */
  same: PageRow[];
  /** Hidden at first too: not known of enough sides to be compared. */
  unknown: PageRow[];
  pending: boolean;
}

export interface PageRow {
  key: string;
  values: DiffValue[];
  delta?: (number | null)[];
  better?: (boolean | null)[];
  /** Index into `sources`, −1 for none; one a side. */
  sources?: number[];
  /** Sides of which it is not known whether they have it. */
  unknown?: number[];
  /** What an equal digest says, as sentences. */
  covers?: string;
}

export interface DiffHistory {
  key: string;
  side: number;
  steps: Float64Array;
  values: Float64Array;
}

export interface DiffImage {
  /** Inside the run's artifacts; `model › …` inside a model's. */
  path: string;
  /** Which sides have it. */
  sides: boolean[];
}
