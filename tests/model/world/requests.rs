//! Token requests of the programs.

use std::sync::Arc;

use token_telemetry::{Acquisition, Polled, Status, TokenRequest, TransportError};

use super::frames::{Flow, Scene};
use super::{Seen, World, lock};
use crate::program::{End, Op, Purpose};

impl Scene {
    pub(super) fn request_or_call(&self, op: Op) -> Flow {
        let current = Acquisition::current();
        let world = &self.world;
        match op {
            Op::Request { host, purpose } => {
                let request = current.token_request(world.setup.host_url(host));
                self.park(request.purpose(purpose.of_library()));
            }
            Op::RequestFor { handle, host } => {
                self.park(
                    self.handle(handle)
                        .token_request(world.setup.host_url(host)),
                );
            }
            Op::Retake { request } => {
                let mut taken = lock(&world.kept).requests.remove(request.into());
                world.see_sent(&mut taken);
                lock(&world.kept).requests.insert(request.into(), taken);
            }
            Op::Repurpose { request, purpose } => {
                let mut kept = lock(&world.kept);
                let repurposed = kept.requests.remove(request.into());
                let repurposed = repurposed.purpose(purpose.of_library());
                kept.requests.insert(request.into(), repurposed);
            }
            Op::End { request, end } => {
                let request = lock(&world.kept).requests.remove(request.into());
                end.apply(request);
            }
            op => return self.arm_or_try(op),
        }
        Flow::Stay
    }

    fn park(&self, mut request: TokenRequest) {
        self.world.see_sent(&mut request);
        lock(&self.world.kept).requests.push(request);
    }

    /// Sends a request whose response is the result of the frame.
    pub(super) async fn send(self, host: u8) {
        let world = Arc::clone(&self.world);
        let mut request = Acquisition::current().token_request(world.setup.host_url(host));
        let fields = request.form_fields();
        let sent = request.send(|headers| {
            world.see(Seen::Sent(headers, fields));
            async move {
                match End::of_return(self.frame().await) {
                    End::Answered(status) => Ok(Polled::Done(Status::new(status, ()))),
                    End::Pending(status) => Ok(Polled::Pending(Status::new(status, ()))),
                    _ => Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
                }
            }
        });
        drop(sent.await);
    }
}

impl World {
    /// Takes the headers or form fields of a request.
    pub(super) fn see_sent(&self, request: &mut TokenRequest) {
        let headers = request.take_headers();
        self.see(Seen::Sent(headers, request.form_fields()));
    }
}

impl Purpose {
    const fn of_library(self) -> token_telemetry::Purpose {
        match self {
            Self::Token => token_telemetry::Purpose::Token,
            Self::Discovery => token_telemetry::Purpose::Discovery,
            Self::InstanceMetadata => token_telemetry::Purpose::InstanceMetadata,
        }
    }
}

impl End {
    fn apply(self, mut request: TokenRequest) {
        match self {
            Self::Answered(status) => request.responded(status),
            Self::AnsweredBusy(status, pause) => {
                request.set_retry_after(std::time::Duration::from_secs(pause.into()));
                request.responded(status);
            }
            Self::Pending(status) => request.pending(status),
            Self::Failed => request.failed(TransportError::Closed),
            Self::Dropped => drop(request),
        }
    }
}
