/** The part of the WebAssembly API that engine.ts uses: TypeScript has it in its DOM library only. */
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  type Imports = Record<string, Record<string, unknown>>;
  function instantiate(bytes: Uint8Array<ArrayBuffer>, imports: Imports): Promise<{ instance: Instance }>;
}
