//! What the arguments of instructions mean, as `dis` shows it.

use super::constants;
use crate::record::bytecode;
use rustpython_vm::bytecode::Instruction;
use rustpython_vm::bytecode::oparg::{
    BinaryOperator, CommonConstant, IntrinsicFunction1, IntrinsicFunction2, SpecialMethod,
};
use rustpython_vm::compiler::CodeObject;

const COMPARISONS: [&str; 6] = ["<", "<=", "==", "!=", ">", ">="];
const CONVERSIONS: [&str; 4] = ["", "str", "repr", "ascii"];
const FUNCTION_ATTRIBUTES: [&str; 5] = [
    "defaults",
    "kwdefaults",
    "annotations",
    "closure",
    "annotate",
];
/// What an argument means; empty where it is but a number, or a jump.
pub(super) fn meaning(code: &CodeObject, op: Instruction, argument: u32) -> String {
    let number = argument as usize;
    let entry = |table: &[&'static str], at: usize| table.get(at).copied().unwrap_or_default();
    let text = match op {
        Instruction::LoadConst { .. } => {
            let mut all = code.constants.iter();
            return all.nth(number).map(constants::constant).unwrap_or_default();
        }
        Instruction::LoadSmallInt { .. } => return argument.to_string(),
        Instruction::LoadGlobal { .. } => return flagged(code, argument, 1, " + NULL"),
        Instruction::LoadAttr { .. } => return flagged(code, argument, 1, " + NULL|self"),
        Instruction::LoadSuperAttr { .. } => return flagged(code, argument, 2, " + NULL|self"),
        Instruction::LoadFastLoadFast { .. }
        | Instruction::LoadFastBorrowLoadFastBorrow { .. }
        | Instruction::StoreFastLoadFast { .. }
        | Instruction::StoreFastStoreFast { .. } => {
            let (first, second) = (local(code, number >> 4), local(code, number & 15));
            return format!("{first}, {second}");
        }
        Instruction::CompareOp { .. } => {
            let name = entry(&COMPARISONS, number >> 5);
            let is_bool = argument & 16 != 0;
            return if is_bool {
                format!("bool({name})")
            } else {
                name.to_owned()
            };
        }
        Instruction::SetFunctionAttribute { .. } => {
            let all = FUNCTION_ATTRIBUTES.iter().enumerate();
            let set = all.filter(|(bit, _)| argument & (1 << bit) != 0);
            let set: Vec<&str> = set.map(|(_, name)| *name).collect();
            return set.join(", ");
        }
        Instruction::BinaryOp { .. } => return shown(BinaryOperator::try_from(argument)),
        Instruction::ConvertValue { .. } => entry(&CONVERSIONS, number),
        Instruction::CallIntrinsic1 { .. } => {
            return shown(IntrinsicFunction1::try_from(argument).map(|one| one.desc().to_owned()));
        }
        Instruction::CallIntrinsic2 { .. } => {
            return shown(IntrinsicFunction2::try_from(argument).map(|one| one.desc().to_owned()));
        }
        Instruction::LoadCommonConstant { .. } => return common_constant(argument),
        Instruction::LoadSpecial { .. } => return shown(SpecialMethod::try_from(argument)),
        Instruction::IsOp { .. } => entry(&["is", "is not"], number),
        Instruction::ContainsOp { .. } => entry(&["in", "not in"], number),
        op => match Operand::of(op) {
            Operand::Name => name(code, number),
            Operand::Local => local(code, number),
            Operand::Other => "",
        },
    };
    text.to_owned()
}

/// What an operand says of itself; nothing where the number is none.
fn shown<E>(operand: Result<impl ToString, E>) -> String {
    operand.map_or_else(|_| String::new(), |operand| operand.to_string())
}

fn common_constant(argument: u32) -> String {
    let constant = CommonConstant::try_from(argument);
    let is_function = matches!(
        constant,
        Ok(CommonConstant::BuiltinAll | CommonConstant::BuiltinAny)
    );
    let name = shown(constant);
    match is_function {
        true => format!("<built-in function {name}>"),
        false => name,
    }
}

/// What an argument is an index of.
enum Operand {
    Name,
    Local,
    Other,
}

impl Operand {
    fn of(op: Instruction) -> Operand {
        match op {
            Instruction::LoadName { .. }
            | Instruction::StoreName { .. }
            | Instruction::DeleteName { .. }
            | Instruction::StoreGlobal { .. }
            | Instruction::DeleteGlobal { .. }
            | Instruction::StoreAttr { .. }
            | Instruction::DeleteAttr { .. }
            | Instruction::ImportName { .. }
            | Instruction::ImportFrom { .. }
            | Instruction::LoadFromDictOrGlobals { .. } => Operand::Name,
            Instruction::LoadFast { .. }
            | Instruction::LoadFastBorrow { .. }
            | Instruction::LoadFastCheck { .. }
            | Instruction::LoadFastAndClear { .. }
            | Instruction::StoreFast { .. }
            | Instruction::DeleteFast { .. }
            | Instruction::MakeCell { .. }
            | Instruction::LoadDeref { .. }
            | Instruction::StoreDeref { .. }
            | Instruction::DeleteDeref { .. }
            | Instruction::LoadFromDictOrDeref { .. } => Operand::Local,
            _ => Operand::Other,
        }
    }
}

/// A name whose index stands above `bits` flags, of which the lowest adds something to the stack.
fn flagged(code: &CodeObject, argument: u32, bits: u32, added: &str) -> String {
    let name = name(code, (argument >> bits) as usize);
    let added = if argument & 1 != 0 { added } else { "" };
    format!("{name}{added}")
}

fn name(code: &CodeObject, at: usize) -> &str {
    code.names.get(at).map_or("", |name| name.as_str())
}

/// Locals stand first, then cells that are no locals, then free variables.
fn local(code: &CodeObject, at: usize) -> &str {
    let own = code.varnames.iter();
    let cells = code.cellvars.iter();
    let cells = cells.filter(|cell| !code.varnames.contains(cell));
    let mut all = own.chain(cells).chain(&*code.freevars);
    all.nth(at).map_or("", |name| name.as_str())
}

/// The name of an instruction, as `dis` has it.
pub(super) fn opname(op: Instruction) -> String {
    bytecode::name(op)
}
