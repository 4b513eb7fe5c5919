/**
 * sql.js keeps a database in a file in memory, which is moved each time that it has grown by an eighth: a third of what writing cost.
 * Bytes that have room behind them become that file as they are, and it grows there in place.
 */

/** Zeroed memory for `length` bytes with room behind them, which takes no space until it is used. */
export function allocateRoom(length: number): Uint8Array {
  const room = Math.min(Math.max(2 * length, leastRoomBytes), mostRoomBytes);
  try {
    return new Uint8Array(length + room);
  } catch {
    // More than there may be at one place: then without.
    return new Uint8Array(length);
  }
}

/** The first bytes of such memory. A database that is opened with them takes all of it over. */
export function bytesInRoom(memory: Uint8Array, length: number): Uint8Array {
  // It is by this method that sql.js makes its copy. Were it to do so otherwise, its file would be moved again, no more.
  return Object.assign(memory.subarray(0, length), { slice: () => memory });
}

const leastRoomBytes = 128 * 1024 * 1024;

/** A database that is larger than this is not moved for the sake of room: it would be in memory once more. */
export const mostRoomBytes = 512 * 1024 * 1024;
