import { featureName } from './feature-name.js'

/** The shortest name of a package that a command takes from anywhere: `017/WP01`, or `login-01KW6N8W/WP01`. */
export function packageName(feature: string, workPackage: string): string {
  const isNumbered = featureName(feature)?.number !== undefined
  return `${isNumbered ? feature.slice(0, feature.indexOf('-')) : feature}/${workPackage}`
}
