import { holdLock, maybeLocks } from "./locks.js";
import { nameOf } from "./names.js";

/** Which recorders may still write: each holds a Web Lock under its id, in the tab (or its worker) that writes for it. */
export interface Liveness {
  /** Whether other tabs can be asked. Without Web Locks (an insecure context) only this tab's recorders count as alive. */
  readonly canAskOthers: boolean;
  /** Resolves once every other tab would see the recorder as alive. */
  hold(recorderId: string): Promise<void>;
  release(recorderId: string): void;
  releaseAll(): void;
  /** Those of the recorders that are alive. */
  aliveAmong(recorderIds: Iterable<string>): Promise<ReadonlySet<string>>;
}

export function createLiveness(store: string): Liveness {
  const locks = maybeLocks();
  const prefix = `${nameOf(store)}:recorder:`;
  const held = new Map<string, { held: Promise<void>; release(): void }>();

  function release(recorderId: string): void {
    held.get(recorderId)?.release();
    held.delete(recorderId);
  }

  return {
    canAskOthers: locks !== undefined,
    async hold(recorderId) {
      let lock = held.get(recorderId);
      if (!lock) {
        lock = locks ? holdLock(locks, prefix + recorderId) : { held: Promise.resolve(), release() {} };
        held.set(recorderId, lock);
      }
      await lock.held;
    },
    release,
    releaseAll() {
      for (const recorderId of [...held.keys()]) release(recorderId);
    },
    async aliveAmong(recorderIds) {
      const others = [...recorderIds].filter((recorderId) => !held.has(recorderId));
      if (!locks || others.length === 0) return new Set(held.keys());
      const query = await locks.query();
      const names = new Set(query.held?.map(({ name }) => name));
      return new Set([...held.keys(), ...others.filter((recorderId) => names.has(prefix + recorderId))]);
    },
  };
}
