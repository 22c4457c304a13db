//! How the server does.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use sixin_domain::operator::permission::Permission;

use super::layout::{Layout, size};
use super::plot::{HEIGHT, Plot, WIDTH};
use super::visit::shown;
use super::words::Words;
use crate::ConsoleApi;
use crate::views::OverviewInfo;

/// A disk, for people.
struct Disk {
    place: &'static str,
    free: String,
    size: String,
    /// How much of it is used, in percent.
    used: u32,
    is_short: bool,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    l: Layout,
    o: OverviewInfo,
    plots: Vec<Plot>,
    disks: Vec<Disk>,
    memory: String,
    database_size: String,
    view_box: String,
}

/// `GET /console/`
pub(super) async fn page(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    shown(&api, &request, "overview", async |visit, _| {
        visit.caller.need(Permission::SeeOverview)?;
        let o = OverviewInfo::of(api.administration.vitals.signs().await);
        let l = visit.layout();
        Ok(OverviewPage {
            plots: plots(l.w, &o),
            disks: disks(l.w, &o),
            memory: size(o.memory),
            database_size: size(o.database_bytes),
            view_box: format!("0 0 {WIDTH} {HEIGHT}"),
            o,
            l,
        })
    })
    .await
}

fn plots(w: &Words, o: &OverviewInfo) -> Vec<Plot> {
    vec![
        Plot::of(w.plot_messages, &o.samples, |sample| sample.messages),
        Plot::of(w.plot_requests, &o.samples, |sample| sample.requests),
        Plot::of(w.plot_commit, &o.samples, |sample| sample.commit_ms),
        Plot::of(w.plot_queue, &o.samples, |sample| sample.queue),
        Plot::of(w.plot_live, &o.samples, |sample| sample.live),
    ]
}

fn disks(w: &'static Words, o: &OverviewInfo) -> Vec<Disk> {
    let disk = |disk: &crate::views::DiskInfo| {
        let used = if disk.size > 0.0 { (1.0 - disk.free / disk.size) * 100.0 } else { 0.0 };
        // Between 0 and 100, so nothing is lost.
        let used = (0..=100).rev().find(|&percent| f64::from(percent) <= used).unwrap_or(0);
        Disk {
            place: w.place(&disk.place),
            free: size(disk.free),
            size: size(disk.size),
            used,
            is_short: used >= 90,
        }
    };
    o.disks.iter().map(disk).collect()
}
