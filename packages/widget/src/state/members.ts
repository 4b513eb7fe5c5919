/** A set with members added or removed. */
export function withMembers(
  set: ReadonlySet<string>,
  members: readonly string[],
  isIn: boolean,
): ReadonlySet<string> {
  if (isIn && set.size === 0) return new Set(members);
  const changed = new Set(set);
  for (const member of members) {
    if (isIn) changed.add(member);
    else changed.delete(member);
  }
  return changed;
}
