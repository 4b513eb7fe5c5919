/** A value in several forms, by MIME type. */
export type MimeBundle = Readonly<Record<string, string>>;

/** The part of Deno's Jupyter kernel that shows output under a cell. */
export interface DenoKernel {
  display(bundle: MimeBundle, options: { raw: true; display_id: string }): Promise<void>;
  broadcast(
    messageType: "update_display_data",
    content: { data: MimeBundle; metadata: object; transient: { display_id: string } },
  ): Promise<void>;
}

/** Deno's kernel, if this runs in one of its cells. */
export function findKernel(): DenoKernel | undefined {
  const { Deno: deno } = globalThis as { Deno?: { jupyter?: Partial<DenoKernel> } };
  // Outside notebooks the property is missing, or throws when read.
  try {
    const kernel = deno?.jupyter;
    return kernel?.display && kernel.broadcast ? (kernel as DenoKernel) : undefined;
  } catch {
    return undefined;
  }
}
