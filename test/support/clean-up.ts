type Work = () => unknown

const ofTest: Work[] = []
const ofFile: Work[] = []

/**
 * What a module of `support` does after every test. A hook of its own would run for one file alone: the files of a
 * worker share their modules.
 */
export function afterEveryTest(work: Work): void {
  ofTest.push(work)
}

/** The same, after the last test of every file. */
export function afterEveryFile(work: Work): void {
  ofFile.push(work)
}

/** For the hooks of `setup.ts`. */
export const endTest = (): Promise<void> => inReverse(ofTest)
export const endFile = (): Promise<void> => inReverse(ofFile)

async function inReverse(list: readonly Work[]): Promise<void> {
  for (const work of list.toReversed()) await work()
}
