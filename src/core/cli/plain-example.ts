/** A command's id as it is typed: `agent:tasks:list` is `agent tasks list`. */
export function spoken(id: string): string {
  return id.replaceAll(':', ' ')
}

/** An example as it is typed: oclif's templates stand for the program and for the command. */
export function plainExample(example: string, bin: string, id: string): string {
  return example.replaceAll('<%= config.bin %>', bin).replaceAll('<%= command.id %>', spoken(id))
}
