import ProgramRunner
import Testing

/// The built programs through their command lines, one after the other, in one charity.
@Suite(.serialized, Charity.Scope(), .enabled(if: Charity.areBuilt, Comment(rawValue: BuiltProgram.absence)))
struct ProgramTests {}
