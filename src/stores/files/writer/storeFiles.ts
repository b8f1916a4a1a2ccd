import * as fs from 'node:fs';
import * as path from 'node:path';
import { isStoreError, StoreError } from '../../../mlflow/errors';
import { fileError } from '../../disk';
import { Disk } from '../disk';
import { isKey } from '../keyFolder';
import { MOST_META, readMeta, type Meta } from '../meta';
import { Pace } from '../pace';
import { Recorder } from '../recorded';
import { isMaking, makingName, sweep } from './leftovers';
import { copySynced, syncFolder, writeSynced } from './synced';
import { editYaml, type YamlValue } from './yamlText';

/**
 * Where folders are put together that have to appear whole, and taken apart that have to go whole. MLflow looks for
 * deleted experiments there, and passes with a warning over a folder without meta.yaml whose name could be an
 * experiment's; in `models`, one such folder would end each of its searches (FileStore._list_all_registered_models).
 */
const TRASH = '.trash';
const MOST_COPIED = 200_000;

/** The files of one mlruns folder, to be written. Links are never followed: what is reached by one is not there. */
export class StoreFiles {
  private readonly disk = new Disk(new Pace());
  /** What was put in place or taken away by now: each is a step at which somebody else may see the store. */
  steps = 0;

  /** @param root absolute, links resolved */
  constructor(readonly root: string) {}

  isFolder(folder: string): boolean {
    return this.isReached(folder) && this.disk.look(folder)?.isFolder === true;
  }

  isFile(file: string): boolean {
    return this.isReached(path.dirname(file)) && this.disk.look(file)?.isFolder === false;
  }

  /** Names of the folders in a folder; none where it is not there. */
  folders(folder: string): string[] {
    return this.isFolder(folder) ? this.inOneGo(() => this.disk.list(folder)?.folders ?? []) : [];
  }

  /** The value of a key in `tags`, `aliases`…; null where it is not there. */
  value(folder: string, key: string): string | null {
    const file = `${folder}/${key}`;
    return isKey(key) && this.isFile(file) ? this.text(file) : null;
  }

  /** All keys of such a folder with their values. */
  values(folder: string): Map<string, string> {
    const pairs = this.isFolder(folder) ? this.inOneGo(() => new Recorder(this.disk).textsIn(folder)) : [];
    return new Map(pairs.map(({ key, value }) => [key, value]));
  }

  /** null where there is none. @throws StoreError CORRUPT where it is damaged */
  meta(folder: string): Meta | null {
    const text = this.metaText(folder);
    return text === null ? null : this.parsed(folder, text);
  }

  /** Writes a value as MLflow does: the text alone, in UTF-8 (FileStore._set_run_tag). */
  setValue(owner: string, part: string, key: string, value: string): void {
    const file = this.mustBeKey(owner, part, key);
    this.makeFolders(path.dirname(file));
    if (this.disk.look(file)?.isFolder === true) {
      throw new StoreError(
        'INVALID_PARAMETER_VALUE',
        `"${key}" cannot be written: there are keys that begin with "${key}/", and in an mlruns folder each key is a file.`,
      );
    }
    // Beside the folder of the values, where everything is a key.
    this.put(file, value, owner);
  }

  removeValue(owner: string, part: string, key: string): void {
    const file = this.mustBeKey(owner, part, key);
    if (this.isFile(file)) {
      this.step(file, () => fs.unlinkSync(file));
      syncFolder(path.dirname(file));
    }
  }

  /** Changes some fields of a meta.yaml; `undefined` takes one away. @param isSeen whether others see it */
  changeMeta(folder: string, changes: Readonly<Record<string, YamlValue | undefined>>, isSeen = true): void {
    this.put(`${folder}/meta.yaml`, this.edited(folder, changes), folder, isSeen);
  }

  /** To be asked before a change of several files, which would end amid them. @throws StoreError CORRUPT where a meta.yaml is damaged */
  mustBeChangeable(folders: readonly string[]): void {
    folders.forEach((folder) => this.edited(folder, {}));
  }

  /**
   * Makes a folder that appears whole or not at all: it is put together elsewhere and moved into its place.
   *
   * @param fill writes what is in it
   * @returns false where something is already there, of which nothing was changed
   */
  appear(folder: string, fill: (making: string) => void): boolean {
    this.mustBeInside(folder);
    this.makeFolders(path.dirname(folder));
    return this.staged((stage) => {
      const making = `${stage}/new`;
      this.step(making, () => fs.mkdirSync(making), false);
      fill(making);
      if (this.exists(folder)) {
        return false;
      }
      this.step(folder, () => fs.renameSync(making, folder));
      syncFolder(path.dirname(folder));
      return true;
    });
  }

  /** Takes a folder away whole: what is there goes all at once. */
  disappear(folder: string): void {
    this.staged((stage) => {
      this.step(folder, () => fs.renameSync(folder, `${stage}/old`));
      syncFolder(path.dirname(folder));
    });
  }

  move(from: string, to: string): void {
    this.mustBeInside(to);
    this.makeFolders(path.dirname(to));
    if (this.exists(to)) {
      throw new StoreError(
        'RESOURCE_ALREADY_EXISTS',
        `${this.named(to)} is already there: move it away first.`,
      );
    }
    this.step(to, () => fs.renameSync(from, to));
    syncFolder(path.dirname(to));
    syncFolder(path.dirname(from));
  }

  /** Empties a folder that nobody sees yet, but for what is named. */
  clear(folder: string, but: string): void {
    if (this.isFolder(folder)) {
      for (const name of fs.readdirSync(folder).filter((each) => each !== but)) {
        this.step(folder, () => fs.rmSync(`${folder}/${name}`, { recursive: true }), false);
      }
    }
  }

  /** Into a folder that nobody sees yet. */
  writeNew(file: string, text: string): void {
    this.makeFolders(path.dirname(file));
    this.step(file, () => writeSynced(file, text, null), false);
  }

  /** All that lies in a folder, into one that nobody sees yet. @throws StoreError where something in it is no file and no folder */
  copyInto(from: string, to: string): void {
    let copied = 0;
    const walk = (inner: string): void => {
      const entries = this.reading(from, () => fs.readdirSync(from + inner, { withFileTypes: true }));
      for (const entry of entries.filter(({ name }) => !isMaking(name))) {
        const at = `${inner}/${entry.name}`;
        if (++copied > MOST_COPIED || !(entry.isFile() || entry.isDirectory())) {
          throw new StoreError(
            'NOT_A_STORE',
            `${this.named(from + at)} is not a file of MLflow's: move it away first. Nothing was changed.`,
          );
        }
        if (entry.isDirectory()) {
          this.step(to + at, () => fs.mkdirSync(to + at), false);
          walk(at);
        } else {
          this.step(to + at, () => copySynced(from + at, to + at), false);
        }
      }
    };
    walk('');
  }

  /** @param part a folder of the owner in which files are keys: `tags`, `aliases` */
  private mustBeKey(owner: string, part: string, key: string): string {
    if (!isKey(key)) {
      throw new StoreError('INVALID_PARAMETER_VALUE', `"${key}" cannot be the name of a file.`);
    }
    return `${owner}/${part}/${key}`;
  }

  /** What a meta.yaml becomes. */
  private edited(folder: string, changes: Readonly<Record<string, YamlValue | undefined>>): string {
    const text = this.metaText(folder);
    if (text === null) {
      throw new StoreError('NOT_FOUND', `${this.named(folder)} is gone. ${this.howFar}`);
    }
    const before = this.parsed(folder, text);
    try {
      const edited = editYaml(text, changes);
      mustKeep(before, readMeta(edited), changes);
      return edited;
    } catch (error) {
      throw this.damaged(folder, error);
    }
  }

  private metaText(folder: string): string | null {
    const file = `${folder}/meta.yaml`;
    if (!this.isFile(file)) {
      return null;
    }
    const text = this.text(file);
    if (text.length >= MOST_META) {
      throw this.damaged(folder, 'It is longer than any of MLflow.');
    }
    return text;
  }

  /** @throws StoreError where it cannot be read, for then what would be written is not known */
  private text(file: string): string {
    const stamp = this.disk.look(file);
    const text = stamp && this.inOneGo(() => this.disk.text(file, stamp, MOST_META));
    if (text === null) {
      const why = this.disk.problems.get(file) ?? 'it cannot be read.';
      throw new StoreError('PERMISSION_DENIED', `${this.named(file)}: ${why}`);
    }
    return text;
  }

  private parsed(folder: string, text: string): Meta {
    try {
      return readMeta(text);
    } catch (error) {
      throw this.damaged(folder, error);
    }
  }

  private damaged(folder: string, cause: unknown): StoreError {
    const message = `${this.named(folder)}/meta.yaml is damaged: mend it first. ${this.howFar}`;
    return new StoreError('CORRUPT', message, undefined, { cause });
  }

  /** Writes a file beside, makes it last, and puts it in its place: whoever reads sees all of it or nothing. */
  private put(file: string, text: string, beside: string, isSeen = true): void {
    const known = this.disk.look(file);
    if (known === null && this.exists(file)) {
      throw new StoreError('NOT_A_STORE', `${this.named(file)} is a link or a device: move it away first.`);
    }
    sweep(beside);
    const making = `${beside}/${makingName('file')}`;
    try {
      this.step(file, () => writeSynced(making, text, known ? fs.statSync(file).mode & 0o777 : null), false);
      this.step(file, () => fs.renameSync(making, file), isSeen);
    } finally {
      fs.rmSync(making, { force: true });
    }
    syncFolder(path.dirname(file));
  }

  /** Those of the folders on the way, too, that are not there. */
  makeFolders(folder: string): void {
    this.mustBeInside(folder);
    const parts = path.relative(this.root, folder).split(path.sep);
    for (let at = 1; at <= parts.length; at++) {
      const inner = path.join(this.root, ...parts.slice(0, at));
      if (this.disk.look(inner)?.isFolder !== true) {
        if (this.exists(inner)) {
          throw new StoreError(
            'INVALID_PARAMETER_VALUE',
            `${this.named(inner)} is where a folder would have to be: in an mlruns folder "a" and "a/b" cannot both be keys, and links are not followed.`,
          );
        }
        this.step(inner, () => fs.mkdirSync(inner), false);
        syncFolder(path.dirname(inner));
      }
    }
  }

  private staged<T>(work: (stage: string) => T): T {
    const trash = `${this.root}/${TRASH}`;
    this.makeFolders(trash);
    sweep(trash);
    const stage = `${trash}/${makingName('folder')}`;
    this.step(stage, () => fs.mkdirSync(stage), false);
    try {
      return work(stage);
    } finally {
      fs.rmSync(stage, { recursive: true, force: true });
    }
  }

  /** Whether no link leads to it. */
  private isReached(folder: string): boolean {
    const parts = path.relative(this.root, folder).split(path.sep);
    return (
      parts[0] !== '..' &&
      parts.every(
        (_, at) => this.disk.look(path.join(this.root, ...parts.slice(0, at + 1)))?.isFolder === true,
      )
    );
  }

  private mustBeInside(place: string): void {
    const inner = path.relative(this.root, place);
    if (inner.split(path.sep)[0] === '..' || path.isAbsolute(inner)) {
      throw new StoreError('INVALID_PARAMETER_VALUE', `${place} is not in the store.`);
    }
  }

  private exists(place: string): boolean {
    try {
      return fs.lstatSync(place, { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      throw this.refusal(error, place);
    }
  }

  private inOneGo<T>(work: () => T): T {
    return this.disk.pace.inOneGo(work);
  }

  private reading<T>(place: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw fileError(error, place);
    }
  }

  /** Asks the system to change something. @param isSeen whether others see it @throws StoreError, with how far it came */
  private step(place: string, work: () => void, isSeen = true): void {
    try {
      work();
    } catch (error) {
      throw this.refusal(error, place);
    }
    this.steps += isSeen ? 1 : 0;
  }

  private refusal(error: unknown, place: string): StoreError {
    if (isStoreError(error)) {
      return error;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    const done = this.howFar;
    switch (code) {
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        return new StoreError('READ_ONLY', `You may not write ${this.named(place)}. ${done}`);
      case 'ENAMETOOLONG':
        return new StoreError(
          'INVALID_PARAMETER_VALUE',
          `That name is too long for a file of this disk, and in an mlruns folder it would be one. ${done}`,
        );
      case 'ENOSPC':
      case 'EDQUOT':
        return new StoreError('BUSY', `The disk of ${this.named(place)} is full. ${done}`);
      default:
        return new StoreError('BUSY', `${this.named(place)} could not be written (${message}). ${done}`);
    }
  }

  private get howFar(): string {
    return this.steps === 0 ? 'Nothing was changed.' : 'A part of the change was made: make it again.';
  }

  private named(place: string): string {
    return path.join(path.basename(this.root), path.relative(this.root, place));
  }
}

/** @throws Error where anything but what was to be changed is no longer as it was */
function mustKeep(before: Meta, after: Meta, changes: Readonly<Record<string, unknown>>): void {
  const kept = (meta: Meta): string =>
    JSON.stringify(
      [...meta].filter(([key]) => !(key in changes)),
      (_, value: unknown) => (value instanceof Map ? [...(value as Map<string, unknown>)] : value),
    );
  if (kept(before) !== kept(after)) {
    throw new Error('It is not written as MLflow writes it.');
  }
}
