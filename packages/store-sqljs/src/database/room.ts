/**
 * sql.js keeps a database as a file in memory and moves it whenever it has grown by an eighth, which took a third of the time of
 * writing. Bytes with spare room after them become that file as they are, and it grows in place.
 */

/** Zeroed memory for `length` bytes with spare room after them, which takes no physical memory until it is used. */
export function allocateRoom(length: number): Uint8Array {
  const room = Math.min(Math.max(2 * length, minRoomBytes), maxRoomBytes);
  try {
    return new Uint8Array(length + room);
  } catch {
    // More than can be allocated in one piece: do without the room.
    return new Uint8Array(length);
  }
}

/** The first bytes of such memory. A database opened with them takes over all of it. */
export function bytesInRoom(memory: Uint8Array, length: number): Uint8Array {
  // sql.js makes its copy with `slice`. Should it ever do so in another way, its file is merely moved again.
  return Object.assign(memory.subarray(0, length), { slice: () => memory });
}

const minRoomBytes = 128 * 1024 * 1024;

/** A larger database is not moved just to make room: it would be in memory twice. */
export const maxRoomBytes = 512 * 1024 * 1024;
