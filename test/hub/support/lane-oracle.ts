interface Write {
  readonly id: string
  readonly workPackage: string
  /** A working lane's value is the lane with its holder: docs/formats.md. */
  readonly value: string
  /** Every write that its writer knew, of any package. */
  readonly knew: ReadonlySet<string>
}

/** Who knew what when they moved a package: says which conflicts are true, without any of kitty's own code. */
export class LaneOracle {
  readonly #writes = new Map<string, Write>()
  readonly #known = new Map<string, Set<string>>()

  wrote(member: string, id: string, workPackage: string, lane: string): void {
    const knew = this.#of(member)
    const value = lane === 'doing' ? `doing by ${member}` : lane
    this.#writes.set(id, { id, workPackage, value, knew: new Set(knew) })
    knew.add(id)
  }

  /** @param from whose log came, whole */
  pulled(member: string, from: string): void {
    for (const id of this.#of(from)) this.#of(member).add(id)
  }

  /** The open conflicts that a member must see, each as its package and the IDs of its writes, sorted. */
  conflicts(member: string): string[] {
    const known = [...this.#of(member)].flatMap((id) => this.#writes.get(id) ?? [])
    return [...new Set(known.map(({ workPackage }) => workPackage))].sort().flatMap((workPackage) => {
      const writes = known.filter((one) => one.workPackage === workPackage)
      const last = writes.filter(({ id }) => !writes.some(({ knew }) => knew.has(id)))
      if (new Set(last.map(({ value }) => value)).size < 2) return []
      const ids = last.map(({ id }) => id).sort()
      return [`${workPackage} ${ids.join(' ')}`]
    })
  }

  #of(member: string): Set<string> {
    const known = this.#known.get(member) ?? new Set()
    this.#known.set(member, known)
    return known
  }
}
