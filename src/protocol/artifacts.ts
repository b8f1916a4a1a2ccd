import type { ModelExplanation } from '../mlflow/artifacts/mlmodel';
import type { NotebookCell } from '../mlflow/artifacts/notebook';
import type { Requirement } from '../mlflow/artifacts/requirements';
import type { TablePreview } from '../mlflow/artifacts/table';
import type { ArtifactListing, ArtifactOwner } from '../mlflow/store';

/** An artifact, named across pages. */
export interface ArtifactPlace {
  owner: ArtifactOwner;
  /** '' is the root. */
  path: string;
}

/** Requests of pages that show artifacts; their host side is panels/artifacts.ts. */
export type ArtifactRequests = {
  listArtifacts: { params: ArtifactPlace; result: ArtifactListing };
  /** `limit` is how many bytes to read at most; the host has its own bound beside. */
  previewArtifact: {
    params: ArtifactPlace & { size: number | null; limit?: number };
    result: ArtifactPreview;
  };
  /** The bytes of an image, whole. */
  readImage: { params: ArtifactPlace; result: { type: string; bytes: Uint8Array } };
  artifactAction: { params: ArtifactPlace & { action: ArtifactAction }; result: null };
};

/** In VS Code's own editor, a copy elsewhere, in the system's file manager, its path on the clipboard. */
export type ArtifactAction = 'open' | 'save' | 'reveal' | 'copyPath' | 'copyUri';

/** What is shown of an artifact. */
export type ArtifactPreview =
  | { kind: 'image'; type: string; bytes: Uint8Array }
  | ({ kind: 'table'; read: number } & TablePreview)
  | { kind: 'text'; text: string; language: 'json' | 'yaml' | 'text'; read: number; more: boolean }
  /** As VS Code renders it: not clean yet. */
  | { kind: 'markdown'; html: string; text: string }
  | { kind: 'notebook'; cells: RenderedCell[]; more: number }
  | { kind: 'html'; text: string }
  | {
      kind: 'model';
      model: ModelExplanation;
      requirements: Requirement[];
      /** What the model was logged with; null where there is none that can be shown. */
      example: InputExample | null;
      uri: string;
      snippets: { flavor: string; code: string }[];
    }
  /** Nothing to show, and why. */
  | { kind: 'none'; reason: string };

/** A model's input example: the rows of a table, or JSON, indented. */
export type InputExample = ({ kind: 'table' } & TablePreview) | { kind: 'json'; text: string };

/** A notebook's cell; a Markdown cell also as VS Code renders it. */
export interface RenderedCell extends NotebookCell {
  html: string | null;
}
