import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { imageSeries, IMAGES_FOLDER } from '../../../src/mlflow/artifacts/images';
import { fileIcon } from '../../../src/mlflow/artifacts/kind';
import { isCancelled, toStoreError } from '../../../src/mlflow/errors';
import { formatSize, plainText } from '../../../src/mlflow/format';
import type { ArtifactAction, ArtifactPreview } from '../../../src/protocol/artifacts';
import { icon, iconButton } from '../icon';
import { emptyState, errorState, skeleton } from '../states';
import { styles } from '../styles';
import { text } from '../text';
import { ArtifactTree, readKey, rowKey, type TreeRow } from './artifactTree';
import type { ArtifactHost, ArtifactRootNode } from './host';
import './imageSteps';
import { previewBody } from './previews';
import type { ArtifactsView } from './view';

/** The same place among the artifacts of another run: who goes from run to run looks at one plot of each. */
export function viewOfOther({ opened, selected }: ArtifactsView, owner: { runId: string }): ArtifactsView {
  return {
    opened: opened.flatMap((key) => {
      const [of, path] = readKey(key);
      return 'runId' in of ? [rowKey(owner, path)] : [];
    }),
    selected: selected && 'runId' in selected.owner ? { ...selected, owner, size: null } : undefined,
  };
}

const ROWS = 100;
const FIRST_READ = 256 * 1024;
/** How often the folders of a run that is still running are listed again, in ms. */
const RELIST = 5000;

/** The artifacts of a run or of a logged model: a lazy tree, and a preview of the chosen one beside it. */
@customElement('lens-artifacts')
export class LensArtifacts extends LitElement {
  @property({ attribute: false }) host!: ArtifactHost;
  @property({ attribute: false }) roots: readonly ArtifactRootNode[] = [];
  /** Path that is chosen at first, of the first root. */
  @property() initial = '';
  /** As `save` was given it before; goes before `initial`. */
  @property({ attribute: false }) view: ArtifactsView | undefined;
  @property({ attribute: false }) save: (view: ArtifactsView) => void = () => undefined;
  /** More may come: what is open is listed again from time to time. */
  @property({ type: Boolean }) live = false;
  @state() private selected: TreeRow | undefined;
  @state() private preview: ArtifactPreview | undefined;
  @state() private error = '';
  /** Why the last thing that was done with the chosen file did not work. */
  @state() private actionError = '';
  @state() private rows = ROWS;
  private limit = FIRST_READ;
  private tree!: ArtifactTree;
  private reading: AbortController | undefined;
  private relisting: ReturnType<typeof setInterval> | undefined;
  private focused = '';

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.tree = new ArtifactTree(this.host, () => this.listed(), this.view?.opened);
    const first = this.roots[0];
    if (this.view?.selected) {
      this.show(this.view.selected, true);
    } else if (this.initial !== '' && first) {
      this.show({ owner: first.owner, path: this.initial, isDir: false, size: null, level: 1 });
    }
  }

  override disconnectedCallback(): void {
    clearInterval(this.relisting);
    this.reading?.abort();
    super.disconnectedCallback();
  }

  /** Lists the opened folders again. */
  refresh(): void {
    this.tree.refresh(this.selected);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('live')) {
      clearInterval(this.relisting);
      if (this.live) {
        this.relisting = setInterval(() => this.refresh(), RELIST);
      } else if (changed.get('live')) {
        this.refresh();
      }
    }
  }

  protected override render(): TemplateResult {
    const rows = this.tree.rows(this.roots);
    return html`<div class="artifacts">
      <div
        class="artifact-tree"
        role=${rows.some(({ message }) => !message) ? 'tree' : 'group'}
        aria-label="Artifacts"
        @keydown=${this.onKey}
      >
        ${rows.map((row) => this.row(row))}
      </div>
      <div class="artifact-preview" role="region" aria-label="Preview">${this.pane(rows)}</div>
    </div>`;
  }

  private row(row: TreeRow): TemplateResult {
    const { level, message } = row;
    const indent = styles({ 'padding-left': `${4 + (level - 1) * 12}px` });
    const id = keyOf(row);
    if (message) {
      return html`<div
        class="tree-row muted"
        role="none"
        title=${row.description === undefined ? nothing : plainText(row.description, 2000)}
        ${indent}
      >
        ${
          message.kind === 'loading'
            ? skeleton(1, 'Loading the folder')
            : message.kind === 'more'
              ? html`<button type="button" class="link" @click=${() => this.tree.showMore(row)}>
                  ${message.text}
                </button>`
              : html`<span class=${message.kind === 'error' ? 'state-error' : ''}
                  >${plainText(message.text, 1000)}</span
                >`
        }
      </div>`;
    }
    const name = row.label ?? row.path.slice(row.path.lastIndexOf('/') + 1);
    const selected = this.selected !== undefined && keyOf(this.selected) === id;
    return html`<div
      class="tree-row ${selected ? 'selected' : ''}"
      role="treeitem"
      aria-level=${level}
      aria-selected=${String(selected)}
      aria-expanded=${row.isDir ? String(this.tree.isOpen(row)) : nothing}
      tabindex=${id === this.focused || (this.focused === '' && row.first) ? 0 : -1}
      data-id=${id}
      title=${plainText(row.path || name, 2000)}
      ${indent}
      @click=${() => this.choose(row)}
      @focus=${() => this.setFocused(id)}
    >
      ${icon(row.isDir ? (this.tree.isOpen(row) ? 'chevron-down' : 'chevron-right') : 'blank')}
      ${icon(row.label ? 'package' : row.isDir ? 'folder' : fileIcon(row.path))}
      <span class="cut">${plainText(name)}</span>
      <span class="muted">${row.description ?? (row.isDir ? '' : formatSize(row.size))}</span>
    </div>`;
  }

  private pane(rows: readonly TreeRow[]): unknown {
    const { selected } = this;
    if (rows.length > 0 && rows.every(({ message }) => message && message.kind !== 'loading')) {
      // There is nothing to choose from, and the tree says why.
      return nothing;
    }
    if (!selected) {
      return rows.some(({ message }) => !message) ? emptyState('Choose a file to see it here.') : nothing;
    }
    const act = (action: ArtifactAction) => () => void this.act(selected, action);
    return html`<div class="preview-head">
        <span class="cut">${text(selected.path || selected.label || '', 500)}</span>
        <span class="muted">${selected.isDir ? '' : formatSize(selected.size)}</span>
        <span class="actions">
          ${
            selected.isDir
              ? nothing
              : html`${iconButton('go-to-file', 'Open in Editor', act('open'))}
                ${iconButton('save-as', 'Save As…', act('save'))}`
          }
          ${iconButton('folder-opened', 'Reveal', act('reveal'))}
          ${iconButton('copy', 'Copy Path', act('copyPath'))}
          ${iconButton('link', 'Copy Artifact URI', act('copyUri'))}
        </span>
      </div>
      ${this.actionError ? html`<p class="state-error" role="alert">${this.actionError}</p>` : nothing}
      ${this.body(selected)}`;
  }

  /** What went wrong is said beside the file, and goes when another is chosen. */
  private async act(row: TreeRow, action: ArtifactAction): Promise<void> {
    this.actionError = '';
    try {
      await this.host.act({ owner: row.owner, path: row.path }, action);
    } catch (error) {
      if (!isCancelled(error) && this.selected && keyOf(this.selected) === keyOf(row)) {
        this.actionError = toStoreError(error).message;
      }
    }
  }

  private body(selected: TreeRow): unknown {
    if (this.error) {
      return errorState(this.error, [{ label: 'Try Again', run: () => void this.read() }]);
    }
    if (selected.isDir) {
      return this.folder(selected);
    }
    return this.preview
      ? previewBody(this.preview, {
          path: selected.path,
          rows: this.rows,
          showMoreRows: () => (this.rows += 400),
          readMore: () => {
            this.limit *= 4;
            void this.read();
          },
          copy: this.host.copy,
        })
      : skeleton(8, 'Reading the file');
  }

  /** A folder of logged images shows them by key and step. */
  private folder(selected: TreeRow): unknown {
    const files = this.tree.filesOf(selected);
    const series = selected.path === IMAGES_FOLDER ? imageSeries(files ?? []) : [];
    if (series.length === 0) {
      return nothing;
    }
    return series
      .slice(0, 20)
      .map(
        (one) =>
          html`<lens-image-steps
            .series=${one}
            .owner=${selected.owner}
            .host=${this.host}
          ></lens-image-steps>`,
      );
  }

  private choose(row: TreeRow): void {
    if (row.isDir) {
      this.tree.toggle(row);
    }
    this.show(row);
    this.saveView();
  }

  private saveView(): void {
    this.save({ opened: this.tree.openedFolders, selected: this.selected });
  }

  /** A chosen file that has grown since is read again. */
  private listed(): void {
    const { selected } = this;
    if (selected && !selected.isDir) {
      const folder = selected.path.slice(0, Math.max(0, selected.path.lastIndexOf('/')));
      const now = this.tree
        .filesOf({ ...selected, path: folder })
        ?.find((file) => file.path === selected.path && !file.isDir);
      if (now && now.size !== selected.size) {
        this.selected = { ...selected, size: now.size };
        if (selected.size !== null) {
          void this.read();
        }
      }
    }
    this.requestUpdate();
  }

  /** @param maybe it was seen elsewhere, and need not be here */
  private show(row: TreeRow, maybe = false): void {
    this.holdHeight();
    this.setFocused(keyOf(row));
    this.selected = row;
    this.preview = undefined;
    this.error = '';
    this.actionError = '';
    this.rows = ROWS;
    this.limit = FIRST_READ;
    void this.read(maybe);
  }

  /** The page does not get shorter while one looks through files: what is scrolled to would move under the pointer. */
  private holdHeight(): void {
    const pane = this.querySelector<HTMLElement>('.artifact-preview');
    pane?.style.setProperty('min-height', `${pane.offsetHeight}px`);
  }

  private async read(maybe = false): Promise<void> {
    this.reading?.abort();
    const { selected } = this;
    if (!selected || selected.isDir) {
      return;
    }
    const reading = (this.reading = new AbortController());
    const { owner, path, size } = selected;
    try {
      this.preview = await this.host.preview({ owner, path, size, limit: this.limit }, reading.signal);
      this.error = '';
    } catch (error) {
      if (reading.signal.aborted) {
        return;
      }
      if (isCancelled(error)) {
        // Not by us: the host began to answer for another run of this tab.
        void this.read(maybe);
        return;
      }
      const { code, message } = toStoreError(error);
      if (maybe && code === 'RESOURCE_DOES_NOT_EXIST') {
        this.selected = undefined;
      } else {
        this.error = message;
      }
    }
  }

  private setFocused(id: string): void {
    if (this.focused !== id) {
      this.focused = id;
      this.requestUpdate();
    }
  }

  /** As in VS Code's trees: arrows move, right opens, left closes or goes to the parent, Enter chooses. */
  private readonly onKey = (event: KeyboardEvent): void => {
    const rows = this.tree.rows(this.roots).filter(({ message }) => !message);
    const index = rows.findIndex((row) => keyOf(row) === this.focused);
    const row = rows[Math.max(0, index)];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const goTo = (next: TreeRow | undefined): void => {
      if (next) {
        this.setFocused(keyOf(next));
        void this.updateComplete.then(() =>
          this.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.focus(),
        );
      }
    };
    switch (event.key) {
      case 'ArrowDown':
        goTo(rows[index + 1]);
        break;
      case 'ArrowUp':
        goTo(rows[index - 1]);
        break;
      case 'Home':
        goTo(rows[0]);
        break;
      case 'End':
        goTo(rows.at(-1));
        break;
      case 'ArrowRight':
        if (row.isDir && !this.tree.isOpen(row)) {
          this.tree.toggle(row);
          this.saveView();
        } else if (row.isDir) {
          goTo(rows[index + 1]);
        }
        break;
      case 'ArrowLeft':
        if (row.isDir && this.tree.isOpen(row)) {
          this.tree.toggle(row);
          this.saveView();
        } else {
          goTo(rows.slice(0, index).findLast(({ level }) => level < row.level));
        }
        break;
      case 'Enter':
      case ' ':
        this.choose(row);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
}

function keyOf({ owner, path }: TreeRow): string {
  return rowKey(owner, path);
}
