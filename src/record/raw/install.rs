//! What a program must hold itself to record: its allocator, and two functions that stand before the
//! system's. A library that brought them along would change every program that links it, so they
//! are put in by [`install_recorder!`](crate::install_recorder), in the program.

pub use super::heap::TwoHeaps;
pub use super::output::write;
pub use super::stack::attributes_of_thread;

/// Makes a program one that can record: to be called once, at the top of the program's main file.
#[macro_export]
macro_rules! install_recorder {
    () => {
        #[global_allocator]
        static ALLOCATOR: $crate::record::installed::TwoHeaps = $crate::record::installed::TwoHeaps;

        /// Stands before the system's `write` for all that is linked into this program.
        ///
        /// # Safety
        /// As for the system's `write`.
        #[cfg(target_os = "linux")]
        #[allow(unsafe_code)]
        // SAFETY: it does what the system's function of this name does.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn write(
            descriptor: ::std::ffi::c_int,
            buffer: *const ::std::ffi::c_void,
            count: usize,
        ) -> isize {
            // SAFETY: as the caller promises.
            unsafe { $crate::record::installed::write(descriptor, buffer, count) }
        }

        /// Stands before the system's `pthread_getattr_np`.
        ///
        /// # Safety
        /// As for the system's `pthread_getattr_np`.
        #[cfg(target_os = "linux")]
        #[allow(unsafe_code)]
        // SAFETY: it does what the system's function of this name does.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn pthread_getattr_np(
            thread: ::std::ffi::c_ulong,
            attributes: *mut ::std::ffi::c_void,
        ) -> ::std::ffi::c_int {
            // SAFETY: as the caller promises.
            unsafe { $crate::record::installed::attributes_of_thread(thread, attributes) }
        }
    };
}
