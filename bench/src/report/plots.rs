//! The plots, in SVG.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::Report;
use crate::bench::Measured;
use crate::parts::sends::SendRate;
use crate::requests::Dialect;

const SIZE: (u32, u32) = (900, 480);
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(90, 90, 90),
    RGBColor(0, 0, 0),
];

/// A line of a plot; its points stand side by side, whatever they are measured at.
struct Series {
    name: String,
    values: Vec<f64>,
    is_dashed: bool,
}

/// A plot.
struct Plot<'a> {
    file: &'a str,
    title: &'a str,
    across: &'a str,
    up: &'a str,
    /// What the points were measured at.
    at: Vec<String>,
    is_logarithmic: bool,
    series: Vec<Series>,
}

/// Draws all plots of a report into `directory`.
pub(crate) fn draw(report: &Report, directory: &Path) -> Result<()> {
    for plot in [rate(report), latency(report), growth(report)] {
        if plot.at.len() > 1 {
            plot.draw(directory).map_err(|error| anyhow!("{}: {error}", plot.file))?;
        }
    }
    Ok(())
}

fn rate(report: &Report) -> Plot<'_> {
    let mut plot = against_connections(report, |measured| measured.rate);
    for database in &report.databases {
        let reference = |row: &SendRate| row.reference;
        plot.series.push(of(&database.name, Dialect::RongCloud, &database.sends, "R", reference));
    }
    Plot { file: "rate.svg", title: "Durable sends a second", up: "sends a second", ..plot }
}

fn latency(report: &Report) -> Plot<'_> {
    let plot = against_connections(report, |measured| measured.latencies.p99);
    let title = "p99 of the acknowledgement";
    Plot { file: "latency.svg", title, up: "milliseconds", is_logarithmic: true, ..plot }
}

/// Both dialects on all databases, and RongCloud with one send a transaction.
fn against_connections(report: &Report, value: fn(&Measured) -> f64) -> Plot<'_> {
    let mut series = Vec::new();
    for database in &report.databases {
        for dialect in Dialect::BOTH {
            series.push(of(&database.name, dialect, &database.sends, "", |row| value(&row.sixin)));
        }
        let one = |row: &SendRate| value(&row.one_a_batch);
        series.push(of(&database.name, Dialect::RongCloud, &database.sends, "batch size 1", one));
    }
    let of_one = report.databases.first().into_iter().flat_map(|database| &database.sends);
    let at = of_one
        .filter(|row| row.dialect == Dialect::RongCloud)
        .map(|row| row.sixin.connections.to_string())
        .collect();
    Plot { file: "", title: "", across: "connections", up: "", at, is_logarithmic: false, series }
}

fn of(
    database: &str,
    dialect: Dialect,
    rows: &[SendRate],
    kind: &str,
    value: impl Fn(&SendRate) -> f64,
) -> Series {
    let comma = if kind.is_empty() { "" } else { ", " };
    Series {
        name: format!("{database}, {}{comma}{kind}", dialect.name()),
        values: rows.iter().filter(|row| row.dialect == dialect).map(value).collect(),
        is_dashed: !kind.is_empty(),
    }
}

fn growth(report: &Report) -> Plot<'_> {
    let (mut series, mut at) = (Vec::new(), Vec::new());
    for database in &report.databases {
        let rows = &database.growth;
        if rows.len() > at.len() {
            at = rows.iter().map(|row| row.messages.to_string()).collect();
        }
        let sixin = rows.iter().map(|row| row.sixin.rate).collect();
        let storage = rows.iter().map(|row| row.storage.rate).collect();
        series.push(Series { name: format!("{}, sixin", database.name), values: sixin, is_dashed: false });
        series.push(Series { name: format!("{}, D", database.name), values: storage, is_dashed: true });
    }
    Plot {
        file: "growth.svg",
        title: "Rate as the store grows",
        across: "stored messages",
        up: "messages a second",
        at,
        is_logarithmic: false,
        series,
    }
}

type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;

impl Plot<'_> {
    fn draw(&self, directory: &Path) -> Drawn {
        let path = directory.join(self.file);
        let area = SVGBackend::new(&path, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let values = || self.series.iter().flat_map(|series| series.values.iter().copied());
        // The names of the lines need room above them.
        let top = values().fold(0.0, f64::max) * 1.6;
        if self.is_logarithmic {
            let bottom = values().fold(f64::MAX, f64::min).max(0.01) * 0.8;
            self.lines(&area, (bottom..(top * 4.0).max(bottom * 10.0)).log_scale())?;
        } else {
            self.lines(&area, 0.0..top.max(1.0))?;
        }
        area.present()?;
        Ok(())
    }

    fn lines<Y>(&self, area: &DrawingArea<SVGBackend<'_>, Shift>, up: Y) -> Drawn
    where
        Y: plotters::coord::ranged1d::AsRangedCoord<Value = f64>,
        Y::CoordDescType: plotters::coord::ranged1d::ValueFormatter<f64>,
    {
        let last = crate::numbers::float(self.at.len().saturating_sub(1));
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(70)
            .build_cartesian_2d(-0.1..last + 0.1, up)?;
        let name_of = |place: &f64| self.name_at(*place);
        chart
            .configure_mesh()
            .x_labels(self.at.len())
            .x_label_formatter(&name_of)
            .y_label_formatter(&|value| format!("{value:.0}"))
            .x_desc(self.across)
            .y_desc(self.up)
            .light_line_style(WHITE)
            .draw()?;
        for (series, colour) in self.series.iter().zip(COLOURS.iter().cycle()) {
            let points = (0..).map(crate::numbers::float).zip(series.values.iter().copied());
            let style = ShapeStyle::from(colour).stroke_width(2);
            let drawn = if series.is_dashed {
                chart.draw_series(DashedLineSeries::new(points, 6, 4, style))?
            } else {
                chart.draw_series(LineSeries::new(points, style).point_size(3))?
            };
            let key = move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], style);
            drawn.label(&series.name).legend(key);
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.8))
            .label_font(("sans-serif", 13))
            .draw()?;
        Ok(())
    }

    /// What a place on the lower axis was measured at, if that is a point.
    fn name_at(&self, place: f64) -> String {
        let near = (0..self.at.len()).find(|&index| (crate::numbers::float(index) - place).abs() < 0.01);
        near.and_then(|index| self.at.get(index)).cloned().unwrap_or_default()
    }
}
