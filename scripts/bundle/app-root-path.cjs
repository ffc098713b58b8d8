/** Where TypeORM would look for a configuration file; kitty passes all options. The package requires a main module. */
exports.path = __dirname
