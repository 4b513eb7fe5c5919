/** Undefined in an insecure context, although the types say otherwise. */
export function maybeLocks(): LockManager | undefined {
  return navigator.locks as LockManager | undefined;
}

/** Takes a lock, which others may also hold unless it is exclusive, and keeps it until it is released or the thread ends. */
export function holdLock(
  locks: LockManager,
  name: string,
  mode: LockMode = "shared",
): { held: Promise<void>; release(): void } {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const held = new Promise<void>((resolve, reject) => {
    const request = locks.request(name, { mode }, () => {
      resolve();
      return released;
    });
    request.catch(reject);
  });
  return { held, release };
}
